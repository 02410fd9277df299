// What we ship must load, and the defaults that its comments tell must be the real ones.
#include "config_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace cvmbackup {
namespace {

using testing::IsEmpty;

const std::filesystem::path config(CVMBACKUP_CONFIG);

std::vector<std::filesystem::path> examples() {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(config / "examples")) {
        found.push_back(entry.path());
    }
    std::ranges::sort(found);
    return found;
}

std::string test_name(const testing::TestParamInfo<std::filesystem::path>& info) {
    return info.param.stem().string();
}

// "#key = value" becomes "key = value"; prose stays a comment.
std::string with_defaults_spelt_out(const std::string& text) {
    return std::regex_replace(text, std::regex("(^|\n)#([a-z_]+ *=)"), "$1$2");
}

void use_shipped_main(ConfigDirectory& directory) {
    directory.write("cvmbackup.toml", read_text(config / "cvmbackup.toml"));
}

class Example : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Example, LoadsWithoutProblems) {
    ConfigDirectory directory;
    use_shipped_main(directory);
    directory.write("policies.d/example.toml", read_text(GetParam()));

    const Loaded loaded = directory.load();

    EXPECT_THAT(texts(loaded), IsEmpty());
    ASSERT_TRUE(loaded.settings);
    EXPECT_FALSE(loaded.settings->policies.empty());
}

INSTANTIATE_TEST_SUITE_P(Shipped, Example, testing::ValuesIn(examples()), test_name);

TEST(Examples, LoadTogether) {
    ConfigDirectory directory;
    use_shipped_main(directory);
    for (const auto& example : examples()) {
        directory.write("policies.d/" + example.filename().string(), read_text(example));
    }

    EXPECT_EQ(check_report(directory.load()), "6 policies, 1 account: no problems\n");
}

TEST(ShippedMainFile, TellsTheRealDefaults) {
    ConfigDirectory directory;
    use_shipped_main(directory);
    directory.write_policy("");
    const Loaded as_shipped = directory.load();
    const std::string text = read_text(config / "cvmbackup.toml");
    directory.write("cvmbackup.toml", with_defaults_spelt_out(text));
    const Loaded spelt_out = directory.load();

    EXPECT_THAT(texts(spelt_out), IsEmpty());
    ASSERT_TRUE(as_shipped.settings && spelt_out.settings);
    EXPECT_EQ(*as_shipped.settings, *spelt_out.settings);
    EXPECT_NE(with_defaults_spelt_out(text), text);
}

TEST(ShippedReference, TellsTheRealDefaults) {
    ConfigDirectory directory;
    const std::string text = read_text(config / "examples/reference.toml");
    directory.write("policies.d/web.toml", text);
    const Loaded as_shipped = directory.load();
    directory.write("policies.d/web.toml", with_defaults_spelt_out(text));
    const Loaded spelt_out = directory.load();

    EXPECT_THAT(texts(spelt_out), IsEmpty());
    ASSERT_TRUE(as_shipped.settings && spelt_out.settings);
    EXPECT_EQ(as_shipped.settings->policies, spelt_out.settings->policies);
    EXPECT_NE(with_defaults_spelt_out(text), text);
}

}  // namespace
}  // namespace cvmbackup
