// Files are replaced as a whole or not at all: by a process that is killed, on a disk that is full,
// in a folder that is read-only.
#include "any_arrays.hpp"
#include "files.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <xgrad/io/csv.hpp>
#include <xgrad/io/npy.hpp>
#include <xgrad/io/output_file.hpp>
#include <xgrad/io/safetensors.hpp>

#include <chrono>
#include <csignal>
#include <random>

namespace {

namespace fs = std::filesystem;
using files::expect_in_small_memory;
using xgrad::Array, xgrad::ArrayMap, xgrad::FileError;

class ReplacedFiles : public files::Folder {
 protected:
  std::vector<fs::path> others(const fs::path& path) const {
    std::vector<fs::path> result;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path() != path) result.push_back(entry.path());
    }
    return result;
  }
};

/// Two arrays full of one number, so that a mixture of two files shows.
ArrayMap arrays_of(double number) {
  ArrayMap arrays;
  arrays.emplace("weight", Array<double>(Array<double>::shape_type{100, 300}, number));
  arrays.emplace("bias", Array<float>(Array<float>::shape_type{5000}, static_cast<float>(number)));
  return arrays;
}

bool is_whole(const ArrayMap& arrays, double& number) {
  const auto& weight = std::get<Array<double>>(arrays.at("weight"));
  const auto& bias = std::get<Array<float>>(arrays.at("bias"));
  number = weight.data()[0];
  const double n = number;
  return arrays.size() == 2 && weight.size() == 30000 && bias.size() == 5000 &&
         std::all_of(weight.begin(), weight.end(), [n](double x) { return x == n; }) &&
         std::all_of(bias.begin(), bias.end(), [n](float x) { return double(x) == n; });
}

TEST_F(ReplacedFiles, KillsAtRandomInstants) {
  const fs::path npz = folder_ / "model.npz", safetensors = folder_ / "model.safetensors";
  xgrad::write_npz(npz, arrays_of(0));
  xgrad::write_safetensors(safetensors, arrays_of(0));
  std::mt19937_64 random(1);
  double last = 0;
  int inside = 0;
  for (int kill_number = 0; kill_number < 200; ++kill_number) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (double number = last + 1;; ++number) {
        xgrad::write_npz(npz, arrays_of(number));
        xgrad::write_safetensors(safetensors, arrays_of(number));
      }
    }
    usleep(static_cast<useconds_t>(random() % 20000));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    double first = -1, second = -1;
    ASSERT_TRUE(is_whole(xgrad::read_npz(npz), first)) << kill_number;
    ASSERT_TRUE(is_whole(xgrad::read_safetensors(safetensors).arrays, second)) << kill_number;
    EXPECT_TRUE(first == second || first == second + 1) << first << ' ' << second;
    EXPECT_GE(second, last);
    last = second;
    for (const fs::path& left : others(npz)) {  // of those that were killed while they wrote
      if (left == safetensors) continue;
      EXPECT_EQ(left.extension(), ".tmp");
      ++inside;
      fs::remove(left);
    }
  }
  EXPECT_GT(last, 10);    // files were replaced,
  EXPECT_GT(inside, 10);  // and processes died while they wrote
}

struct Writer {
  const char* name;
  std::function<void(const fs::path&, double)> write;
};
const Writer writers[] = {
    {"a.npy",
     [](const fs::path& path, double x) { xgrad::write_npy(path, arrays_of(x).at("weight")); }},
    {"a.npz", [](const fs::path& path, double x) { xgrad::write_npz(path, arrays_of(x)); }},
    {"b.npz",
     [](const fs::path& path, double x) {
       ArrayMap noise;
       noise.emplace("noise", any_arrays::pattern(xgrad::DType::uint64, {20000 + std::size_t(x)}));
       xgrad::write_npz(path, noise, xgrad::Compression::deflate);
     }},
    {"a.safetensors",
     [](const fs::path& path, double x) { xgrad::write_safetensors(path, arrays_of(x)); }},
    {"a.csv", [](const fs::path& path, double x) {
       xgrad::write_csv(path, {{}, Array<double>(Array<double>::shape_type{9000, 3}, x + 0.1)});
     }}};

TEST_F(ReplacedFiles, FullDisk) {
  for (const Writer& writer : writers) {
    const fs::path path = folder_ / writer.name;
    writer.write(path, 1);
    const std::string old = files::read(path);
    // Room for so many bytes per file, in a process of its own: too few for any of them.
    for (const rlim_t room : std::vector<rlim_t>{0, 1, 100, 4096, 65536, 100000}) {
      const auto run = [&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limits{room, room};
        if (setrlimit(RLIMIT_FSIZE, &limits) != 0) std::_Exit(2);
        try {
          writer.write(path, 2);
        } catch (const FileError& error) {
          const std::string message = error.what();
          const bool told = message.find("File too large") != std::string::npos &&
                            message.find("room for") != std::string::npos &&
                            error.path() == path.string();
          std::_Exit(told ? 0 : 3);
        }
        std::_Exit(1);
      };
      EXPECT_EXIT(run(), testing::ExitedWithCode(0), "") << writer.name << ' ' << room;
      EXPECT_EQ(files::read(path), old) << writer.name;
    }
    EXPECT_TRUE(others(path).empty()) << writer.name << ": a temporary file is left";
    fs::remove(path);
  }
}

TEST_F(ReplacedFiles, FullFileSystem) {
  // A file system of its own in memory, where the test may mount one.
  const fs::path full = folder_ / "full";
  fs::create_directory(full);
  const std::string mount = "mount -t tmpfs -o size=400k tmpfs '" + full.string() + "' 2>/dev/null";
  if (std::system(mount.c_str()) != 0) GTEST_SKIP() << "no right to mount";
  const fs::path path = full / "model.safetensors";
  xgrad::write_safetensors(path, arrays_of(1));  // 260 kB: room for one, not for two
  const std::string old = files::read(path);
  try {
    xgrad::write_safetensors(path, arrays_of(2));
    ADD_FAILURE() << "no error";
  } catch (const FileError& error) {
    EXPECT_NE(std::string(error.what()).find("No space left on device"), std::string::npos);
  }
  EXPECT_EQ(files::read(path), old);
  EXPECT_EQ(std::distance(fs::directory_iterator(full), fs::directory_iterator()), 1);
  EXPECT_EQ(std::system(("umount '" + full.string() + "'").c_str()), 0);
}

TEST_F(ReplacedFiles, PlacesThatCannotBeWritten) {
  for (const Writer& writer : writers) {
    for (const fs::path& path : {folder_, fs::path("/dev/full"), folder_ / "missing" / "file",
                                 fs::path("/proc/model"), fs::path("")}) {
      EXPECT_THROW(writer.write(path, 1), FileError) << path;
    }
  }
  fs::create_symlink("circle", folder_ / "circle");
  EXPECT_THROW(writers[0].write(folder_ / "circle", 1), FileError);
  fs::remove(folder_ / "circle");
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(ReplacedFiles, LinksAndModesStay) {
  fs::create_directory(folder_ / "sub");
  const fs::path file = folder_ / "sub" / "real.npz", link = folder_ / "link.npz";
  fs::create_symlink("sub/real.npz", link);
  xgrad::write_npz(link, arrays_of(1));  // the link leads nowhere yet
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(file)));
  fs::permissions(file, fs::perms(0640));
  xgrad::write_npz(link, arrays_of(2));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(fs::status(file).permissions(), fs::perms(0640));
  double number = 0;
  EXPECT_TRUE(is_whole(xgrad::read_npz(file), number));
  EXPECT_EQ(number, 2);
}

TEST_F(ReplacedFiles, AnOutputThatIsNotCommittedLeavesNothing) {
  const fs::path path = write("file", "old");
  {
    xgrad::OutputFile file("test", path);
    file.write(std::string(100000, 'x'));
    file.patch(10, "yz", 2);
    EXPECT_EQ(others(path).size(), 1u);
  }
  EXPECT_EQ(files::read(path), "old");
  EXPECT_TRUE(others(path).empty());
  xgrad::OutputFile file("test", path);
  file.write("0123456789");
  file.patch(3, "xy", 2);
  file.write("end");
  file.commit();
  EXPECT_EQ(files::read(path), "012xy56789end");
}

TEST_F(ReplacedFiles, InTheWorkingFolderAndWithLongNames) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const std::string name(255, 'n');
  writers[0].write(name, 1);
  writers[0].write("short", 1);
  fs::current_path(before);
  EXPECT_TRUE(fs::exists(folder_ / name));
  EXPECT_TRUE(fs::exists(folder_ / "short"));
}

}  // namespace
