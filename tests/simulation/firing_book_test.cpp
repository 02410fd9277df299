// The book of firings finds what it is for, and nothing else.
#include "firing_book.hpp"

#include "books_test.hpp"
#include "catalog/catalog.hpp"

#include <gtest/gtest.h>

namespace cvmbackup::simulation {
namespace {

using namespace std::chrono_literals;

const PolicyName web("web");

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
