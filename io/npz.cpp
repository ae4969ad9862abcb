#include <xgrad/io/npy.hpp>
#include <xgrad/io/npz.hpp>
#include <xgrad/io/zip.hpp>

#include <set>

namespace xgrad {
namespace {

const std::string suffix = ".npy";

void check_names(const NamedArrays& arrays, Location at) {
  std::set<std::string> names;
  for (const auto& [name, array] : arrays) {
    if (!is_safe_member_name(name) || name.size() + suffix.size() > 65535) {
      fail("write_npz", "relative names without '..', backslashes and control characters",
           in_quotes(name), at);
    }
    if (!names.insert(name).second) {
      fail("write_npz", "names that differ", in_quotes(name) + " twice", at);
    }
  }
}

}  // namespace

ArrayMap read_npz(const std::string& path, double max_ratio) {
  const InputFile file("npz", path);
  const ZipReader zip(file, max_ratio);
  ArrayMap arrays;
  for (const ZipMember& member : zip.members()) {
    const std::string& name = member.name;
    if (name.size() <= suffix.size() ||
        name.compare(name.size() - suffix.size(), suffix.size(), suffix) != 0) {
      file.fail(member.header, in_quotes(name), "members whose names end in .npy", "another");
    }
    arrays.emplace(name.substr(0, name.size() - suffix.size()), read_npy(*zip.open(member)));
  }
  return arrays;
}

void write_npz(const std::string& path, const NamedArrays& arrays, Compression compression,
               Location at) {
  check_names(arrays, at);
  OutputFile file("npz", path);
  ZipWriter zip(file, compression == Compression::deflate);
  for (const auto& [name, array] : arrays) {
    zip.add(name + suffix, npy_header(array), array.data, array.byte_count());
  }
  zip.finish();
  file.commit();
}

NamedArrays::NamedArrays(const ArrayMap& arrays) {
  for (const auto& [name, array] : arrays) emplace_back(name, array);
}

}  // namespace xgrad
