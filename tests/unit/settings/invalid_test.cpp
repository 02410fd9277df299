// Every invalid/NAME.toml is loaded as a policy file (main-NAME.toml as cvmbackup.toml), and what
// is said about it must be the text of its .expected file.
#include "config_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace cvmbackup {
namespace {

std::vector<std::filesystem::path> samples() {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(CVMBACKUP_INVALID_SETTINGS)) {
        if (entry.path().extension() == ".toml") {
            found.push_back(entry.path());
        }
    }
    std::ranges::sort(found);
    return found;
}

std::string test_name(const testing::TestParamInfo<std::filesystem::path>& info) {
    std::string name = info.param.stem().string();
    std::ranges::replace_if(
        name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_'
    );
    return name;
}

class InvalidSettings : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(InvalidSettings, AreToldExactly) {
    ConfigDirectory directory;
    const std::string text = read_text(GetParam());
    if (GetParam().filename().string().starts_with("main-")) {
        directory.write("cvmbackup.toml", text);
        directory.write_policy("");
    } else {
        directory.write("policies.d/web.toml", text);
    }

    std::string told;
    for (const std::string& line : texts(directory.load())) {
        told += line + "\n";
    }

    auto expected = GetParam();
    EXPECT_EQ(told, read_text(expected.replace_extension(".expected")));
    EXPECT_NE(told, "");
}

INSTANTIATE_TEST_SUITE_P(Samples, InvalidSettings, testing::ValuesIn(samples()), test_name);

}  // namespace
}  // namespace cvmbackup
