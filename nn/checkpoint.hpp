// Models and training runs in files: safetensors or npz, by the path's extension, with the names of
// PyTorch's state_dict, so that numpy.load and the safetensors package read them.
//
//   nn::save("model.safetensors", model);
//   nn::load("model.safetensors", model);         // all of it, or an error and none
//
//   nn::Checkpoint run;                           // a run that can go on where it was
//   run.add("model", model).add("optimizer", optimizer).add("epoch", epoch).add("draws",
//   generator); if (std::filesystem::exists(path)) run.load(path); while (epoch < epochs) {
//     ...
//     ++epoch;
//     run.save(path);
//   }
#pragma once
#include <xgrad/io/error.hpp>
#include <xgrad/nn/random.hpp>
#include <xgrad/nn/visit.hpp>

#include <functional>
#include <string>
#include <vector>

namespace xgrad::nn {

/// Things that are written to one file and read from it, by name. It refers to them, and they have
/// to outlive it. What is saved is what they hold then, bit by bit.
class Checkpoint {
 public:
  /// Anything with a visit() and a value_type: a model, an optimizer, a schedule. What it names
  /// gets the prefix "name.", or none if `name` is empty. Its flags, such as training, are not
  /// kept.
  template <class Part>
  Checkpoint& add(const std::string& name, Part& part) {
    return add_list([name, &part](Slots& slots) {
      for (const Member<typename Part::value_type>& member :
           Walk<typename Part::value_type>(part).members()) {
        const std::string full = name.empty() ? member.name : name + "." + member.name;
        if (member.tensor != nullptr) append(slots, full, *member.tensor);
        if (member.counter != nullptr) append(slots, full, *member.counter);
      }
    });
  }
  Checkpoint& add(const std::string& name, Tensor<float>& tensor);
  Checkpoint& add(const std::string& name, Tensor<double>& tensor);
  Checkpoint& add(const std::string& name, std::int64_t& counter);
  Checkpoint& add(const std::string& name, double& number);
  /// The state of random draws. Each generator that training draws from has to be here, that of
  /// dropout too, for a run that goes on to be the one that was not interrupted.
  Checkpoint& add(const std::string& name, Generator& generator);

  /// Writes all to a file, which replaces an old one as a whole. Throws std::invalid_argument if
  /// the path ends in neither .safetensors nor .npz or two things have one name, FileError if the
  /// file cannot be written: the old one is then as it was.
  void save(const std::string& path, Location at = here()) const;
  /// Reads all from a file; tensors are written in place, so that optimizers see it. Elements of
  /// half precision are read into float, floats into double. All or nothing: throws FileError, and
  /// changes nothing, if the file cannot be read, or lacks a name, has another one, or has one of
  /// another shape or type, and lists these; std::invalid_argument as save does; std::logic_error
  /// if a tensor is the result of a recorded operation.
  void load(const std::string& path, Location at = here()) const;

 private:
  struct Slots;  // what there is to save, by name
  static void append(Slots& slots, const std::string& name, Tensor<float>& tensor);
  static void append(Slots& slots, const std::string& name, Tensor<double>& tensor);
  static void append(Slots& slots, const std::string& name, std::int64_t& counter);
  Checkpoint& add_list(std::function<void(Slots&)> list);

  std::vector<std::function<void(Slots&)>> lists_;
};

/// Writes the tensors and counters of a model. Throws as Checkpoint::save does.
template <class Model>
void save(const std::string& path, Model& model, Location at = here()) {
  Checkpoint().add("", model).save(path, at);
}

/// Reads the tensors and counters of a model: all, or none. Throws as Checkpoint::load does, for
/// instance a FileError that lists what differs, if the file is of another model.
template <class Model>
void load(const std::string& path, Model& model, Location at = here()) {
  Checkpoint().add("", model).load(path, at);
}

}  // namespace xgrad::nn
