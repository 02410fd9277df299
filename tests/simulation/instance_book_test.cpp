#include "instance_book.hpp"

#include "books_test.hpp"

#include <gtest/gtest.h>

namespace cvmbackup::simulation {
namespace {

const PolicyName web("web");

// Three instances of the tier `web` and one of another; the policy selects the tier.
class Instances : public testing::Test {
protected:
    Instances() {
        for (const char* id : {"ins-1", "ins-2", "ins-3", "ins-db"}) {
            add(id, id == std::string("ins-db") ? "db" : "web");
        }
        drawn.policy.name = web;
        drawn.policy.region = Region("ap-guangzhou");
        drawn.policy.select.include.tags["tier"] = {"web"};
        book.in_force({drawn});
        committed(run);
    }

    void add(const std::string& id, const std::string& tier) {
        cloudsim::Instance instance;
        instance.id = id;
        instance.region = "ap-guangzhou";
        instance.tags["tier"] = tier;
        fleet.emplace(id, instance);
    }

    static cvmbackup::Run run_of(int id, Trigger trigger = Trigger::schedule) {
        cvmbackup::Run run;
        run.id = RunId(id);
        run.policy = web;
        run.trigger = trigger;
        return run;
    }

    int committed(const cvmbackup::Run& of) {
        Changes changes;
        changes.runs = {of};
        return broken_by([&] { book.committed(changes); });
    }

    int chose(const cvmbackup::Run& of, const std::vector<std::string>& ids) {
        Changes changes;
        changes.runs = {of};
        for (const std::string& id : ids) {
            Backup backup;
            backup.run = of.id;
            backup.policy = web;
            backup.instance = InstanceId(id);
            backup.result = Result::skipped;
            changes.backups.push_back(backup);
        }
        return broken_by([&] { book.committed(changes); });
    }

    int ended(cvmbackup::Run of, Result result, const std::string& note) {
        of.finished = begin;
        of.result = result;
        of.note = note;
        return committed(of);
    }

    InstanceBook::Fleet fleet;
    DrawnPolicy drawn;
    InstanceBook book{fleet};
    cvmbackup::Run run = run_of(1);
};

TEST_F(Instances, ThatHaveABackupAreGoodWhateverItsResult) {
    EXPECT_EQ(chose(run, {"ins-1", "ins-2", "ins-3"}), 0);
    EXPECT_EQ(ended(run, Result::skipped, ""), 0);
}

TEST_F(Instances, ThatAreForgottenAreFound) {
    EXPECT_EQ(chose(run, {"ins-1", "ins-3"}), 1);
}

TEST_F(Instances, OfEveryRunAreLookedAt) {
    EXPECT_EQ(chose(run, {"ins-1", "ins-2", "ins-3"}), 0);
    const cvmbackup::Run by_hand = run_of(2, Trigger::manual);
    EXPECT_EQ(committed(by_hand), 0);
    EXPECT_EQ(chose(by_hand, {"ins-1", "ins-2"}), 1);
}

TEST_F(Instances, ThatComeGoOrChangeWhileTheRunChoosesMayBeMissing) {
    fleet.erase("ins-1");
    fleet.at("ins-2").tags["tier"] = "db";
    add("ins-4", "web");
    EXPECT_EQ(chose(run, {"ins-3"}), 0);
}

TEST_F(Instances, ThatAreThereAllTheTimeAreNotExcusedByThoseThatGo) {
    fleet.erase("ins-1");
    EXPECT_EQ(chose(run, {"ins-2"}), 1);
}

TEST_F(Instances, ThatAnotherEditionDoesNotSelectMayBeMissing) {
    drawn.policy.select.exclude.instances = {InstanceId("ins-2")};
    book.in_force({drawn});
    drawn.policy.select.exclude.instances.clear();
    book.in_force({drawn});

    EXPECT_EQ(chose(run, {"ins-1", "ins-3"}), 0);
}

TEST_F(Instances, AreStillWantedWhenTheirPolicyIsGone) {
    book.in_force({});
    EXPECT_EQ(chose(run, {"ins-1", "ins-3"}), 1);
}

TEST_F(Instances, OfARunThatSaysThereAreNoneAreFound) {
    const std::string none = "no instance matches the policy's selection; nothing was backed up";
    EXPECT_EQ(ended(run, Result::skipped, none), 1);
    fleet.clear();
    EXPECT_EQ(committed(run_of(2)), 0);
    EXPECT_EQ(ended(run_of(2), Result::skipped, none), 0);
}

TEST_F(Instances, OfARunThatCouldNotListThemMayBeMissing) {
    EXPECT_EQ(
        ended(run, Result::failed, "cannot list the instances of ap-guangzhou (account prod): no"),
        0
    );
}

TEST_F(Instances, OfARunThatFailedForAnErrorNobodyExpectedAreFound) {
    EXPECT_EQ(ended(run, Result::failed, "an error that nobody expected, please report it: no"), 1);
}

TEST_F(Instances, OfARunByHandThatARestartEndedMayBeMissing) {
    const std::string note = "the daemon stopped before the instances were chosen; run it again";
    const cvmbackup::Run by_hand = run_of(2, Trigger::manual);
    EXPECT_EQ(committed(by_hand), 0);
    EXPECT_EQ(ended(by_hand, Result::failed, note), 0);
    EXPECT_EQ(ended(run, Result::failed, note), 1) << "it was due, and must be taken up";
}

TEST_F(Instances, OfARunWhosePolicyWasRemovedMayBeMissing) {
    const std::string note = "the policy was removed before its instances were chosen";
    EXPECT_EQ(committed(run_of(2)), 0);
    EXPECT_EQ(ended(run, Result::failed, note), 1) << "it is in force";
    book.in_force({});
    EXPECT_EQ(ended(run_of(2), Result::failed, note), 0);
}

TEST_F(Instances, OfARunThatWasFoundInTheCloudMayBeMissing) {
    cvmbackup::Run found = run_of(2);
    found.finished = begin;
    found.result = Result::ok;
    EXPECT_EQ(chose(found, {"ins-1"}), 0);
}

TEST_F(Instances, OfRunsAfterTheCatalogWasLostAreLookedAt) {
    book.catalog_lost();
    EXPECT_EQ(committed(run_of(1)), 0);
    EXPECT_EQ(chose(run_of(1), {"ins-1"}), 1);
}

TEST_F(Instances, OfARunThatAnOlderCatalogTellsOfAreLookedAt) {
    const InstanceBook then = book;
    EXPECT_EQ(chose(run, {"ins-1", "ins-2", "ins-3"}), 0);
    EXPECT_EQ(committed(run_of(2)), 0);
    book.catalog_lost(&then);
    book.in_force({drawn});

    EXPECT_EQ(chose(run, {"ins-1", "ins-2"}), 1) << "it had not chosen yet";
    EXPECT_EQ(committed(run_of(2)), 0) << "another run has its number now";
    EXPECT_EQ(chose(run_of(2), {"ins-1", "ins-2"}), 1);
}

}  // namespace
}  // namespace cvmbackup::simulation
