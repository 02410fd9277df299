// The listings of a bucket's objects; those of versions and uploads are with their subjects.
#include "cos_fixture.hpp"

namespace cloudsim::test {
namespace {

using CosList = Cos;

TEST_F(CosList, ListsByPrefixInOrderOfKeys) {
    put({"b/2", "a/1", "b/1"});
    const std::string body = list("prefix=b/");
    EXPECT_THAT(body, testing::ContainsRegex("<Key>b/1</Key>.*<Key>b/2</Key>"));
    EXPECT_THAT(body, testing::Not(HasSubstr("<Key>a/1</Key>")));
    EXPECT_THAT(body, HasSubstr("<IsTruncated>false</IsTruncated>"));
}

TEST_F(CosList, PagesAListing) {
    put({"a", "b", "c"});
    const std::string first = list("max-keys=2");
    EXPECT_THAT(first, HasSubstr("<IsTruncated>true</IsTruncated>"));
    EXPECT_THAT(first, HasSubstr("<NextMarker>b</NextMarker>"));
    const std::string second = list("max-keys=2&marker=b");
    EXPECT_THAT(second, HasSubstr("<Key>c</Key>"));
    EXPECT_THAT(second, testing::Not(HasSubstr("<Key>b</Key>")));
}

TEST_F(CosList, FoldsKeysAtTheDelimiter) {
    put({"a/1", "a/2", "b"});
    const std::string body = list("delimiter=/");
    EXPECT_THAT(body, HasSubstr("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"));
    EXPECT_THAT(body, HasSubstr("<Key>b</Key>"));
    EXPECT_THAT(list("delimiter=/&marker=a/"), testing::Not(HasSubstr("CommonPrefixes")));
}

TEST_F(CosList, EncodesKeysWhenAsked) {
    put({"a%20%26"});
    EXPECT_THAT(list("encoding-type=url"), HasSubstr("<Key>a%20%26</Key>"));
    EXPECT_THAT(list(""), HasSubstr("<Key>a &amp;</Key>"));
}

TEST_F(CosList, EndsAPageAtAFoldedPrefix) {
    put({"a/1", "a/2", "b/1", "c"});
    const std::string first = list("delimiter=/&max-keys=1");
    EXPECT_THAT(first, HasSubstr("<NextMarker>a/</NextMarker>"));
    const std::string second = list("delimiter=/&max-keys=1&marker=a/");
    EXPECT_THAT(second, HasSubstr("<Prefix>b/</Prefix>"));
    EXPECT_THAT(second, HasSubstr("<NextMarker>b/</NextMarker>"));
}

TEST_F(CosList, GoesOnInsideAPrefixWhoseMarkerIsAKey) {
    put({"a/1", "a/2"});
    EXPECT_THAT(list("delimiter=/&marker=a/1"), HasSubstr("<Prefix>a/</Prefix>"));
}

TEST_F(CosList, RefusesCountsAndEncodingsThatAreNone) {
    EXPECT_EQ(cos("GET", "/?max-keys=many").record.code, "InvalidArgument");
    EXPECT_EQ(cos("GET", "/?max-keys=-1").record.code, "InvalidArgument");
    EXPECT_EQ(cos("GET", "/?encoding-type=xml").record.code, "InvalidArgument");
    EXPECT_THAT(list("max-keys=5000"), HasSubstr("<MaxKeys>1000</MaxKeys>"));
}

TEST_F(CosList, ShowsNothingAndNoNextPageForNoKeys) {
    put({"a"});
    EXPECT_THAT(list("max-keys=0"), HasSubstr("<IsTruncated>false</IsTruncated>"));
}

class BigCosList : public CosList {
protected:
    void SetUp() override {
        CosList::SetUp();
        BucketState& bucket = *cloud->state().find_bucket("backup-1250000000");
        for (int i = 0; i < 100'000; ++i) {
            cloud->state().put_object(bucket, "many/" + std::to_string(1'000'000 + i), {});
        }
    }
};

// A page is made of what it shows. Reading all keys for each of the thousand would take minutes.
TEST_F(BigCosList, FoldsAHundredThousandKeysWithoutReadingThem) {
    put({"zero"});
    for (int i = 0; i < 1000; ++i) {
        ASSERT_THAT(list("delimiter=/"), HasSubstr("<Key>zero</Key>"));
    }
}

TEST_F(BigCosList, EndsEachPageAfterAThousandKeys) {
    const std::string page = list("marker=many/1050000");
    EXPECT_THAT(page, HasSubstr("<Contents><Key>many/1050001</Key>"));
    EXPECT_THAT(page, HasSubstr("<NextMarker>many/1051000</NextMarker>"));
}

}  // namespace
}  // namespace cloudsim::test
