// The books find what they are for, and nothing else.
#include "books_test.hpp"

#include "brake_book.hpp"
#include "pin_book.hpp"
#include "retention_oracle.hpp"

#include <gtest/gtest.h>

namespace cvmbackup::simulation {
namespace {

using namespace std::chrono_literals;

const PolicyName web("web");

// `count` copies of one backup each, settled at `begin`.
Changes copies(int first, int count, CopyState state) {
    Changes changes;
    for (int i = first; i < first + count; ++i) {
        Backup backup;
        backup.id = BackupId(i);
        backup.policy = web;
        Copy copy;
        copy.id = CopyId(i);
        copy.backup = backup.id;
        copy.state = state;
        copy.settled_at = begin;
        backup.copies = {copy};
        changes.backups.push_back(backup);
    }
    return changes;
}

Changes pass(Instant at) {
    Changes changes;
    PolicyMemory memory;
    memory.policy = web;
    memory.pruned_at = at;
    changes.memories = {memory};
    return changes;
}

Plan plan_to_delete(int first, int count) {
    Plan plan;
    for (int i = first; i < first + count; ++i) {
        Decision decision;
        decision.backup = BackupId(i);
        decision.copy = CopyId(i);
        decision.policy = web;
        decision.keep = false;
        plan.decisions.push_back(decision);
    }
    return plan;
}

TEST(PinBook, HoldsUntilItsTimeOrUntilUnpinned) {
    PinBook book;
    book.pinned(BackupId(1), std::nullopt);
    book.pinned(BackupId(2), begin + 1h);

    EXPECT_EQ(book.held(begin), (std::set{BackupId(1), BackupId(2)}));
    EXPECT_EQ(book.held(begin + 1h), std::set{BackupId(1)});
    EXPECT_TRUE(book.is_over(BackupId(2), begin + 1h));
    book.unpinned(BackupId(1));
    EXPECT_TRUE(book.is_over(BackupId(1), begin));
    EXPECT_FALSE(book.is_over(BackupId(3), begin));
}

TEST(RetentionOracle, KeepsWhatIsPinnedBesidesWhatRulesKeep) {
    Policy policy;
    policy.name = web;
    policy.region = Region("ap-guangzhou");
    policy.keep.last = 1;
    policy.keep.min_good = 1;
    std::vector<Backup> points = copies(1, 3, CopyState::done).backups;
    for (Backup& point : points) {
        point.due = begin + point.id.value() * 24h;
        point.copies.front().place.region = policy.region;
    }

    const Retained needed = retained(policy, points, {BackupId(1), BackupId(3)}, begin + 240h);

    EXPECT_EQ(needed.kept, (std::set{CopyId(1), CopyId(3)}));
    EXPECT_EQ(needed.only_by_pin, std::set{CopyId(1)});
}

// Asked for, and complete then.
void make(BrakeBook& book, int first, int count) {
    book.committed(copies(first, count, CopyState::intended));
    book.committed(copies(first, count, CopyState::done));
}

TEST(BrakeBook, FindsACrowdOfDeletionsThatNobodyAgreedTo) {
    BrakeBook book;
    make(book, 1, 20);
    book.planning(web);

    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 5, CopyState::deleting)); }), 0);
    EXPECT_EQ(broken_by([&] { book.committed(copies(6, 1, CopyState::deleting)); }), 4);
}

TEST(BrakeBook, LetsGoWhatTheOperatorAgreedTo) {
    BrakeBook book;
    make(book, 1, 20);
    book.planning(web);
    book.agreed(plan_to_delete(1, 18), web);

    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 18, CopyState::deleting)); }), 0);
}

TEST(BrakeBook, LetsOneGoForEachThatCameSinceTheLastPass) {
    BrakeBook book;
    make(book, 1, 20);
    book.passed(web, 10);
    book.planning(web);
    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 15, CopyState::deleting)); }), 0);

    book.passed(web, 25);
    make(book, 21, 20);
    book.planning(web);
    EXPECT_EQ(broken_by([&] { book.committed(copies(21, 6, CopyState::deleting)); }), 4);
}

TEST(BrakeBook, KnowsEachPassOnce) {
    BrakeBook book;
    EXPECT_FALSE(book.notes_new_pass(PolicyMemory()));
    const PolicyMemory memory = pass(begin).memories.front();
    EXPECT_TRUE(book.notes_new_pass(memory));
    EXPECT_FALSE(book.notes_new_pass(memory));
}

// Finished backups, as the daemon first writes of those that it found in the cloud.
Changes found(int first, int count) {
    Changes changes = copies(first, count, CopyState::done);
    for (Backup& backup : changes.backups) {
        backup.state = BackupState::finished;
    }
    return changes;
}

TEST(BrakeBook, FindsADeletionOfWhatWasFoundThatNobodyAgreedTo) {
    BrakeBook book;
    book.committed(found(1, 3));
    make(book, 4, 3);
    book.planning(web);

    EXPECT_EQ(broken_by([&] { book.committed(copies(4, 1, CopyState::deleting)); }), 0);
    EXPECT_EQ(broken_by([&] { book.committed(copies(3, 1, CopyState::deleting)); }), 4);
}

TEST(BrakeBook, TakesConsentToOneThatWasFoundForAllThatWereFound) {
    BrakeBook book;
    book.committed(found(1, 3));
    Plan plan = plan_to_delete(1, 3);
    plan.decisions[1].keep = true;
    plan.decisions[2].keep = true;
    book.agreed(plan, web);
    book.committed(found(4, 1));
    book.planning(web);

    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 3, CopyState::deleting)); }), 0);
    EXPECT_EQ(broken_by([&] { book.committed(copies(4, 1, CopyState::deleting)); }), 4);
}

TEST(BrakeBook, FindsADeletionOfACopyThatWasNeverAskedForAndThatNobodyAgreedTo) {
    BrakeBook book;
    book.committed(copies(1, 3, CopyState::cancelled));
    book.committed(copies(1, 3, CopyState::done));
    book.planning(web);
    book.agreed(plan_to_delete(1, 1), web);

    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 1, CopyState::deleting)); }), 0);
    EXPECT_EQ(broken_by([&] { book.committed(copies(2, 1, CopyState::deleting)); }), 4);
}

TEST(BrakeBook, AsksAgainForWhatIsBackAfterItsDeletion) {
    BrakeBook book;
    make(book, 1, 2);
    book.committed(copies(1, 1, CopyState::deleted));
    book.committed(copies(1, 1, CopyState::done));
    book.planning(web);

    EXPECT_EQ(broken_by([&] { book.committed(copies(2, 1, CopyState::deleting)); }), 0);
    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 1, CopyState::deleting)); }), 4);
}

TEST(BrakeBook, FindsADeletionByAWrongClockThatNobodyAgreedTo) {
    BrakeBook book;
    make(book, 1, 20);
    book.planning(web, -2h);
    book.agreed(plan_to_delete(1, 1), web);

    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 1, CopyState::deleting)); }), 0);
    EXPECT_EQ(broken_by([&] { book.committed(copies(2, 1, CopyState::deleting)); }), 4);
}

TEST(BrakeBook, CountsAnewWithEachPlan) {
    BrakeBook book;
    make(book, 1, 30);

    EXPECT_EQ(
        broken_by([&] {
            for (int i = 0; i < 5; ++i) {
                book.planning(web);
                book.committed(copies(1 + 5 * i, 5, CopyState::deleting));
            }
        }),
        0
    );
}

}  // namespace
}  // namespace cvmbackup::simulation
