// The books find what they are for, and nothing else.
#include "books_test.hpp"

#include "brake_book.hpp"
#include "catalog/catalog.hpp"
#include "firing_book.hpp"
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

TEST(BrakeBook, FindsACrowdOfDeletionsThatNobodyAgreedTo) {
    BrakeBook book;
    book.committed(copies(1, 20, CopyState::done));
    book.planning(web);

    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 5, CopyState::deleting)); }), 0);
    EXPECT_EQ(broken_by([&] { book.committed(copies(6, 1, CopyState::deleting)); }), 4);
}

TEST(BrakeBook, LetsGoWhatTheOperatorAgreedTo) {
    BrakeBook book;
    book.committed(copies(1, 20, CopyState::done));
    book.planning(web);
    book.agreed(plan_to_delete(1, 18), web);

    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 18, CopyState::deleting)); }), 0);
}

TEST(BrakeBook, LetsOneGoForEachThatCameSinceTheLastPass) {
    BrakeBook book;
    book.committed(copies(1, 20, CopyState::done));
    book.passed(web, 10);
    book.planning(web);
    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 15, CopyState::deleting)); }), 0);

    book.passed(web, 25);
    book.committed(copies(21, 20, CopyState::done));
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
    book.committed(copies(4, 3, CopyState::done));
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

TEST(BrakeBook, FindsADeletionByAWrongClockThatNobodyAgreedTo) {
    BrakeBook book;
    book.committed(copies(1, 20, CopyState::done));
    book.planning(web, -2h);
    book.agreed(plan_to_delete(1, 1), web);

    EXPECT_EQ(broken_by([&] { book.committed(copies(1, 1, CopyState::deleting)); }), 0);
    EXPECT_EQ(broken_by([&] { book.committed(copies(2, 1, CopyState::deleting)); }), 4);
}

TEST(BrakeBook, CountsAnewWithEachPlan) {
    BrakeBook book;
    book.committed(copies(1, 30, CopyState::done));

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

class Firings : public testing::Test {
protected:
    // Every day at two, all missed ones made up for; the daemon lives since `begin`.
    Firings() {
        drawn.policy.name = web;
        drawn.policy.zone = ZoneName("UTC");
        drawn.policy.catch_up.mode = CatchUp::Mode::always;
        drawn.schedule.minutes = {120};
        book.life_began(begin);
        book.in_force({drawn}, begin);
    }

    int fired(Instant due, Instant now) {
        Changes changes;
        cvmbackup::Run run;
        run.id = RunId(++runs);
        run.policy = web;
        run.due = due;
        changes.runs = {run};
        return broken_by([&] { book.committed(changes, now); });
    }

    // A row of the list of runs that stands for these times.
    int passed(Instant first, Instant last, int count, Instant now) {
        Changes changes;
        cvmbackup::Run row;
        row.id = RunId(++runs);
        row.policy = web;
        row.due = first;
        row.passed = count;
        row.passed_until = last;
        row.finished = now;
        row.result = Result::skipped;
        row.note = "missed";
        changes.runs = {row};
        return broken_by([&] { book.committed(changes, now); });
    }

    DrawnPolicy drawn;
    Marks marks;
    FiringBook book{marks};
    int runs = 0;
};

TEST_F(Firings, ThatPassedWithoutARowAreFound) {
    book.life_ended(begin + 1h);
    book.life_began(begin + 50h);
    EXPECT_EQ(fired(begin + 50h, begin + 50h), 0);

    EXPECT_EQ(broken_by([&] { book.check(begin + 50h + 20min); }), 1);
    EXPECT_EQ(passed(begin + 2h, begin + 26h, 3, begin + 50h), 1) << "there were two";
    EXPECT_EQ(passed(begin + 2h, begin + 26h, 2, begin + 50h), 0);
    EXPECT_EQ(broken_by([&] { book.check(begin + 50h + 20min); }), 0);
}

TEST_F(Firings, OnTimeAreGood) {
    EXPECT_EQ(fired(begin + 2h, begin + 2h), 0);
    EXPECT_EQ(broken_by([&] { book.check(begin + 20h); }), 0);
}

TEST_F(Firings, ThatNeverComeAreFound) {
    EXPECT_EQ(broken_by([&] { book.check(begin + 20h); }), 1);
}

TEST_F(Firings, BeforeTheirTimeOrLongAfterItAreFound) {
    EXPECT_EQ(fired(begin + 26h, begin + 26h - 1s), 1);
    EXPECT_EQ(fired(begin + 2h, begin + 2h + 20min), 1);
}

TEST_F(Firings, AreMadeUpForWhenTheDaemonIsBackAndNotLater) {
    book.life_ended(begin + 1h);
    book.life_began(begin + 10h);

    EXPECT_EQ(fired(begin + 2h, begin + 10h), 0);
    book.life_ended(begin + 20h);
    book.life_began(begin + 30h);
    EXPECT_EQ(fired(begin + 26h, begin + 30h + 20min), 1);
}

TEST_F(Firings, WhileThePolicyIsSurelyPausedAreFound) {
    book.paused(web, begin, begin + 40h);
    EXPECT_EQ(fired(begin + 2h, begin + 2h), 0) << "the daemon may have died before it knew";
    book.pause_taken(web, begin + 40h);
    EXPECT_EQ(fired(begin + 26h, begin + 26h), 1);
    EXPECT_EQ(fired(begin + 50h, begin + 50h), 0);
}

TEST_F(Firings, ForATimeAtWhichThePolicyWasPausedAreFound) {
    EXPECT_EQ(fired(begin + 2h, begin + 2h), 0);
    book.paused(web, begin + 3h, begin + 26h + 1s);
    book.pause_taken(web, begin + 26h + 1s);
    book.life_ended(begin + 20h);
    book.life_began(begin + 30h);
    EXPECT_EQ(passed(begin + 26h, begin + 26h, 1, begin + 30h), 0);

    EXPECT_EQ(broken_by([&] { book.check(begin + 30h + 20min); }), 0);
    EXPECT_EQ(fired(begin + 26h, begin + 30h), 1);
}

TEST_F(Firings, TwiceForOneTimeAreFound) {
    EXPECT_EQ(fired(begin + 2h, begin + 2h), 0);
    EXPECT_EQ(fired(begin + 2h, begin + 2h), 2);
}

TEST_F(Firings, ThatTheClockWasSetOverAreMadeUpFor) {
    book.clock_set(begin + 1h, begin + 30h);

    EXPECT_EQ(broken_by([&] { book.check(begin + 30h + 20min); }), 1);
    EXPECT_EQ(fired(begin + 26h, begin + 30h), 0);
    EXPECT_EQ(passed(begin + 2h, begin + 2h, 1, begin + 30h), 0);
    EXPECT_EQ(broken_by([&] { book.check(begin + 30h + 20min); }), 0);
}

TEST_F(Firings, GoOnAfterTheClockWasSetBack) {
    EXPECT_EQ(fired(begin + 2h, begin + 2h), 0);
    EXPECT_EQ(fired(begin + 26h, begin + 26h), 0);
    book.clock_set(begin + 49h, begin - 30h);

    EXPECT_EQ(broken_by([&] { book.check(begin - 20h); }), 1) << "the time before is new";
    EXPECT_EQ(fired(begin - 22h, begin - 22h), 0);
    EXPECT_EQ(broken_by([&] { book.check(begin + 49h); }), 0) << "the others had their run";
    EXPECT_EQ(fired(begin + 26h, begin + 26h), 2);
}

TEST_F(Firings, WhoseRunDoesNotEndAreFoundWhateverTheClockSays) {
    const std::unique_ptr<Catalog> catalog = open_catalog(":memory:");
    const auto ends = [&](Duration after) {
        return broken_by([&] { book.check_ends(begin + after, *catalog, 24h); });
    };
    cvmbackup::Run run;
    run.id = RunId(1);
    run.policy = web;
    run.due = begin + 2h;
    run.started = begin + 200 * 24h;
    Changes changes;
    changes.runs = {run};
    catalog->commit(changes);
    book.committed(changes, begin + 2h);

    EXPECT_EQ(ends(2h), 0);
    EXPECT_EQ(ends(26h), 0);
    EXPECT_EQ(ends(27h), 1);
}

TEST_F(Firings, ForTimesWithoutThePolicyAreFound) {
    book.in_force({}, begin + 1h);
    book.in_force({drawn}, begin + 3h);

    EXPECT_EQ(fired(begin + 2h, begin + 3h), 1);
    EXPECT_EQ(fired(begin + 26h, begin + 26h), 0);
    book.life_ended(begin + 27h);
    book.in_force({}, begin + 27h);
    book.catalog_lost({});
    book.life_began(begin + 60h);
    book.in_force({drawn}, begin + 60h);
    EXPECT_EQ(fired(begin + 50h, begin + 60h + 30min), 0) << "a new catalog cannot know";
}

TEST_F(Firings, ThatWaitedWhenTheirPolicyWasTakenOutAreTold) {
    book.life_ended(begin + 1h);
    book.life_began(begin + 30h);
    book.in_force({}, begin + 30h);
    EXPECT_EQ(broken_by([&] { book.reloaded(begin + 30h); }), 1);
    EXPECT_EQ(passed(begin + 2h, begin + 26h, 2, begin + 30h), 0);
    EXPECT_EQ(broken_by([&] { book.reloaded(begin + 30h); }), 0);
    EXPECT_EQ(passed(begin + 50h, begin + 50h, 1, begin + 60h), 1) << "it is not there any more";
}

TEST_F(Firings, ThatLeftAnImageAreKnownThoughTheCatalogIsLost) {
    EXPECT_EQ(fired(begin + 2h, begin + 2h), 0);
    EXPECT_EQ(fired(begin + 26h, begin + 26h), 0);
    book.life_ended(begin + 27h);
    book.catalog_lost({{web, begin + 2h}});
    book.life_began(begin + 30h);

    EXPECT_EQ(fired(begin + 26h, begin + 31h), 0) << "nothing in the cloud tells of it";
    EXPECT_EQ(fired(begin + 2h, begin + 31h), 2);
    EXPECT_EQ(broken_by([&] { book.check(begin + 49h); }), 0);
    EXPECT_EQ(broken_by([&] { book.check(begin + 51h); }), 1) << "firing must go on";
}

TEST_F(Firings, ThatAnOlderCatalogTellsOfAreKnown) {
    EXPECT_EQ(fired(begin + 2h, begin + 2h), 0);
    const FiringBook then = book;
    EXPECT_EQ(fired(begin + 26h, begin + 26h), 0);
    book.life_ended(begin + 27h);
    book.catalog_lost({}, &then);
    book.life_began(begin + 30h);

    EXPECT_EQ(fired(begin + 26h, begin + 31h), 0);
    EXPECT_EQ(fired(begin + 2h, begin + 31h), 2);
}

}  // namespace
}  // namespace cvmbackup::simulation
