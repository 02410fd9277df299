// Which export counts for `every = …`.
#include "catalog/catalog.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

namespace cvmbackup::test {
namespace {

const char* const here = "ops-backup-1250000000";

Instant due(std::int64_t id) {
    return finished_backup(id, 1, Result::ok).due;
}

void add(Catalog& catalog, std::int64_t id, CopyState state, const char* code, const char* bucket) {
    Copy copy = sample_copy(id, id, state);
    copy.code = code;
    copy.bucket = BucketName(bucket);
    Backup backup = finished_backup(id, 1, Result::ok);
    backup.copies = {copy};
    catalog.commit({{}, {backup}, {}, {}});
}

// Of each reason not to count, one is newer than those that do.
TEST(NewestExport, IsAGoodOneOfTheBucketThatIsNotOfTheFuture) {
    const std::unique_ptr<Catalog> catalog = open_catalog(":memory:");
    const Copy sample = sample_copy(1, 1, CopyState::done);
    const BucketPlace bucket{sample.place.account, sample.place.region, BucketName(here)};
    catalog->commit({{sample_run(1)}, {}, {}, {}});
    add(*catalog, 1, CopyState::done, "", here);
    add(*catalog, 2, CopyState::done, "", here);
    add(*catalog, 3, CopyState::failed, "", here);
    add(*catalog, 4, CopyState::done, "ObjectsMissing", here);
    add(*catalog, 5, CopyState::done, "", "another-1250000000");
    const auto newest = [&](Instant latest) {
        return catalog->newest_export(
            PolicyName("web"), InstanceId("ins-00000001"), bucket, latest
        );
    };

    EXPECT_EQ(newest(due(9)), due(2));
    EXPECT_EQ(newest(due(1)), due(1));
    EXPECT_EQ(newest(due(0)), std::nullopt);
}

TEST(NewestExport, IsOfOneInstanceOfOnePolicy) {
    const std::unique_ptr<Catalog> catalog = open_catalog(":memory:");
    const Copy sample = sample_copy(1, 1, CopyState::done);
    const BucketPlace bucket{sample.place.account, sample.place.region, BucketName(here)};
    catalog->commit({{sample_run(1)}, {}, {}, {}});
    add(*catalog, 1, CopyState::done, "", here);
    const InstanceId instance("ins-00000001");

    EXPECT_EQ(catalog->newest_export(PolicyName("web"), instance, bucket, due(9)), due(1));
    EXPECT_EQ(catalog->newest_export(PolicyName("db"), instance, bucket, due(9)), std::nullopt);
    EXPECT_EQ(
        catalog->newest_export(PolicyName("web"), InstanceId("ins-2"), bucket, due(9)), std::nullopt
    );
}

}  // namespace
}  // namespace cvmbackup::test
