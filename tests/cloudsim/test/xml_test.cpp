#include "../xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cloudsim::test {
namespace {

TEST(Xml, ReadsElementsTextAndEntities) {
    const auto root = parse_xml(
        "<?xml version=\"1.0\"?><!-- a -->\n<a x=\"1\"> <b>1 &lt; "
        "&#x817e;&#65;</b><c/><b>2</b></a>\n"
    );
    ASSERT_TRUE(root);
    EXPECT_EQ(root->name, "a");
    EXPECT_EQ(
        root->child_text("b"),
        "1 < \xe8\x85\xbe"
        "A"
    );
    EXPECT_EQ(root->child_text("c"), "");
    EXPECT_EQ(root->child("d"), nullptr);
    EXPECT_THAT(root->children, testing::SizeIs(3));
}

class BrokenXml : public testing::TestWithParam<const char*> {};

TEST_P(BrokenXml, IsRefused) {
    EXPECT_FALSE(parse_xml(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    Documents,
    BrokenXml,
    testing::Values(
        "",
        "text",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a>&none;</a>",
        "<a>&amp</a>",
        "<a",
        "<!DOCTYPE a><a/>",
        "</a>",
        "<a/>text",
        "<!-- a",
        "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a></a></"
        "a>"
        "</a></a></a></a></a></a></a>"
    )
);

}  // namespace
}  // namespace cloudsim::test
