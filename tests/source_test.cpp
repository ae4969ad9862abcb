// The source tree itself: includes follow the arrows xtensor <- autograd <- ops <- nn, with io
// beside; xsimd and cblas stay within the kernels; documents show code that is compiled and run,
// and name tests and files that exist.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path root = XGRAD_SOURCE_DIR;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Calls visit(path within the tree, its text) for each C++ file below a top folder.
template <class Visit>
void for_each_source(const std::string& folder, const Visit& visit) {
  int files = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
    std::string extension = entry.path().extension().string();
    if (extension != ".hpp" && extension != ".cpp") continue;
    visit(fs::relative(entry.path(), root).string(), text_of(entry.path()));
    ++files;
  }
  EXPECT_GT(files, 0) << folder;
}

std::set<std::string> includes_of(const std::string& text) {
  std::set<std::string> result;
  std::regex include(R"(#\s*include\s*[<"]([^>"]+)[>"])");
  for (std::sregex_iterator i(text.begin(), text.end(), include), end; i != end; ++i) {
    result.insert((*i)[1]);
  }
  return result;
}

TEST(Source, IncludesFollowTheArrows) {
  const std::map<std::string, std::set<std::string>> allowed = {
      {"autograd", {"autograd"}},
      {"io", {"autograd", "io"}},
      {"ops", {"autograd", "ops"}},
      {"nn", {"autograd", "io", "ops", "nn"}},
  };
  for (const auto& [folder, targets] : allowed) {
    for_each_source(folder,
                    [&, &targets = targets](const std::string& file, const std::string& text) {
                      for (const std::string& include : includes_of(text)) {
                        if (include.rfind("xgrad/", 0) != 0) continue;
                        std::string target = include.substr(6, include.find('/', 6) - 6);
                        EXPECT_EQ(targets.count(target), 1u) << file << " includes " << include;
                      }
                    });
  }
}

TEST(Source, KernelsOwnXsimdAndCblas) {
  for (const char* folder : {"autograd", "io", "nn", "ops"}) {
    for_each_source(folder, [](const std::string& file, const std::string& text) {
      if (file.rfind("ops/kernels/", 0) == 0) return;
      for (const std::string& include : includes_of(text)) {
        EXPECT_TRUE(include.find("xsimd") == std::string::npos && include != "cblas.h")
            << file << " includes " << include;
      }
    });
  }
}

// A kernel may be kept and run again, when what it refers to is gone.
TEST(Source, KernelsOwnWhatTheyCapture) {
  const std::regex by_reference(R"(launch\(\s*\[&)");
  for_each_source("ops", [&](const std::string& file, const std::string& text) {
    EXPECT_FALSE(std::regex_search(text, by_reference)) << file;
  });
}

TEST(Source, OnlyTheArrayHeaderIncludesXtensorPublicly) {
  for (const char* folder : {"autograd", "io", "nn", "ops"}) {
    for_each_source(folder, [](const std::string& file, const std::string& text) {
      if (file == "autograd/array.hpp" || fs::path(file).extension() == ".cpp") return;
      for (const std::string& include : includes_of(text)) {
        EXPECT_NE(include.rfind("xtensor", 0), 0u) << file << " includes " << include;
      }
    });
  }
}

/// The first block of the README fenced as ```<language>.
std::string fenced(const std::string& text, const std::string& language) {
  std::string open = "```" + language + "\n";
  std::size_t start = text.find(open);
  if (start == std::string::npos) return "no such block";
  start += open.size();
  return text.substr(start, text.find("```", start) - start);
}

TEST(Readme, ShowsTheProgramThatIsCompiled) {
  EXPECT_EQ(fenced(text_of(root / "README.md"), "cpp"), text_of(root / "examples" / "readme.cpp"));
}

#ifdef XGRAD_README_PROGRAM
TEST(Readme, ShowsWhatTheProgramPrints) {
  FILE* pipe = popen(XGRAD_README_PROGRAM, "r");
  ASSERT_NE(pipe, nullptr);
  std::string printed;
  for (int c; (c = std::fgetc(pipe)) != EOF;) printed += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_EQ(fenced(text_of(root / "README.md"), "text"), printed);
}
#endif

/// A match of a pattern: its groups, and where in the text it ends.
struct Match {
  std::string first, second;
  std::size_t end;
};
std::vector<Match> matches(const std::string& text, const char* pattern) {
  std::vector<Match> result;
  std::regex compiled(pattern);
  for (std::sregex_iterator i(text.begin(), text.end(), compiled), end; i != end; ++i) {
    result.push_back({i->str(1), i->str(2), std::size_t(i->position() + i->length())});
  }
  return result;
}

std::string without_indentation(const std::string& text) {
  return std::regex_replace(text, std::regex("\n +"), "\n");
}

// A block fenced as ```<language> <file> is a part of that file, but for its indentation.
TEST(Documents, ShowWhatStandsInTheFiles) {
  std::multiset<std::string> shown;
  for (const char* document : {"README.md", "CONTRIBUTING.md"}) {
    const std::string text = text_of(root / document);
    for (const Match& fence : matches(text, "```\\w+ (\\S+)(\n)")) {
      const std::string block = text.substr(fence.end - 1, text.find("```", fence.end) - fence.end);
      const std::string file = without_indentation("\n" + text_of(root / fence.first));
      EXPECT_GT(block.size(), 20u) << document;
      EXPECT_NE(file.find(without_indentation(block)), std::string::npos)
          << document << " shows what is not in " << fence.first << ":\n"
          << block;
      shown.insert(fence.first);
    }
  }
  EXPECT_EQ(shown.count("tests/readme_test.cpp"), 5u);
  EXPECT_EQ(shown.count("ops/activation.hpp"), 1u);
  EXPECT_EQ(shown.count("tests/op_table_activation.cpp"), 1u);
}

TEST(Documents, ShowTheWholeOfAnOperationOfYourOwn) {
  const std::string program = text_of(root / "examples" / "own_operation.cpp");
  EXPECT_NE(text_of(root / "CONTRIBUTING.md")
                .find("```cpp examples/own_operation.cpp\n" + program + "```\n"),
            std::string::npos);
}

TEST(Documents, LinkToFilesThatExist) {
  for (const char* document : {"README.md", "CONTRIBUTING.md", "ops/README.md",
                               "ops/CONVENTIONS.md", "examples/README.md"}) {
    const fs::path folder = (root / document).parent_path();
    for (const Match& link : matches(text_of(root / document), R"(\]\(([\w./]+)\))")) {
      EXPECT_TRUE(fs::exists(folder / link.first)) << document << ": " << link.first;
    }
  }
}

TEST(Documents, ConventionsNameTestsThatExist) {
  std::set<std::string> tests;
  for_each_source("tests", [&](const std::string&, const std::string& text) {
    for (const Match& test : matches(text, R"(TEST\((\w+),\s*(\w+)\))")) {
      tests.insert(test.first + "." + test.second);
    }
  });
  std::istringstream lines(text_of(root / "ops" / "CONVENTIONS.md"));
  int rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("|", 0) != 0 || line.rfind("|---", 0) == 0 || line.rfind("| case", 0) == 0)
      continue;
    const std::string last = line.substr(line.rfind('|', line.size() - 2));
    const std::vector<Match> names = matches(last, R"(`(\w+\.\w+)`)");
    EXPECT_FALSE(names.empty()) << "no test in: " << line;
    for (const Match& name : names) EXPECT_EQ(tests.count(name.first), 1u) << name.first;
    ++rows;
  }
  EXPECT_GT(rows, 50);
}

}  // namespace
