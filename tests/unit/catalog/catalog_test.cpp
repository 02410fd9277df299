#include "catalog/catalog.hpp"

#include "samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

std::vector<std::int64_t> ids_of(const std::vector<Backup>& backups) {
    std::vector<std::int64_t> ids;
    for (const Backup& backup : backups) {
        ids.push_back(backup.id.value());
    }
    return ids;
}

class CatalogTest : public testing::Test {
protected:
    void commit_run(const cvmbackup::Run& run) { commit({{run}, {}, {}, {}}); }

    // With one copy in this state, numbered like the backup.
    void commit_backup(Backup backup, CopyState state) {
        backup.copies = {sample_copy(backup.id.value(), backup.id.value(), state)};
        commit({{}, {backup}, {}, {}});
    }

    void commit(const Changes& changes) { catalog->commit(changes); }

    std::unique_ptr<Catalog> catalog = open_catalog(":memory:");
};

TEST_F(CatalogTest, IsEmptyWhenNew) {
    EXPECT_EQ(catalog->last_ids().run, RunId(0));
    EXPECT_EQ(catalog->last_ids().backup, BackupId(0));
    EXPECT_EQ(catalog->last_ids().copy, CopyId(0));
    EXPECT_THAT(catalog->memories(), IsEmpty());
    EXPECT_THAT(catalog->totals(Instant::max()).steps, IsEmpty());
    EXPECT_EQ(catalog->backup(BackupId(1)), std::nullopt);
}

TEST_F(CatalogTest, GivesBackEveryFieldOfARun) {
    const auto open = sample_run(1);
    const auto closed = finished_run(2, Result::partial);

    commit({{open, closed}, {}, {}, {}});

    EXPECT_EQ(catalog->run(RunId(1)), open);
    EXPECT_EQ(catalog->run(RunId(2)), closed);
}

TEST_F(CatalogTest, GivesBackEveryFieldOfABackupAndItsCopies) {
    Backup backup = finished_backup(4, 1, Result::cancelled);
    backup.copies = {sample_copy(8, 4, CopyState::deleting), sample_copy(9, 4, CopyState::skipped)};

    commit({{sample_run(1)}, {backup}, {}, {}});

    EXPECT_EQ(catalog->backup(BackupId(4)), backup);
}

TEST_F(CatalogTest, KeepsAbsentFieldsAbsent) {
    Backup backup;
    backup.id = BackupId(1);
    backup.run = RunId(1);
    Copy copy;
    copy.id = CopyId(1);
    copy.backup = BackupId(1);
    backup.copies = {copy};

    commit({{sample_run(1)}, {backup}, {}, {}});

    EXPECT_EQ(catalog->backup(BackupId(1)), backup);
}

TEST_F(CatalogTest, GivesBackBytesThatAreNoText) {
    Backup backup = sample_backup(1, 1);
    backup.instance_name = std::string("nul\0and \xff\xc3", 10);
    backup.reasons = {backup.instance_name, "\xed\xa0\x80"};

    commit({{sample_run(1)}, {backup}, {}, {}});

    EXPECT_EQ(catalog->backup(BackupId(1)), backup);
}

TEST_F(CatalogTest, GivesBackInstantsToTheMicrosecondAndBeforeTheEpoch) {
    auto run = sample_run(1);
    run.due = at(-1);
    run.started = at(4'102'444'799'999'999);

    commit_run(run);

    EXPECT_EQ(catalog->run(RunId(1)), run);
}

TEST_F(CatalogTest, GivesBackEveryFieldOfAPolicysMemory) {
    const PolicyMemory paused{
        PolicyName("a"), at(1), at(2), at(3), at(4), "upgrade", at(5), 6, BackupId(7), "lost"};
    const PolicyMemory fresh{PolicyName("b"), {}, {}, {}, {}, "", {}, 0, {}, ""};

    commit({{}, {}, {}, {fresh, paused}});

    EXPECT_THAT(catalog->memories(), ElementsAre(paused, fresh));
}

TEST_F(CatalogTest, ReplacesRowsOfTheSameId) {
    Backup backup = sample_backup(1, 1);
    backup.copies = {sample_copy(1, 1, CopyState::intended)};
    const PolicyMemory first{PolicyName("web"), at(1), {}, {}, {}, "", {}, 0, {}, ""};
    commit({{sample_run(1)}, {backup}, {}, {first}});

    Backup after = finished_backup(1, 1, Result::ok);
    after.copies = {sample_copy(1, 1, CopyState::done)};
    const PolicyMemory memory{PolicyName("web"), at(2), {}, {}, {}, "", {}, 0, {}, ""};
    commit({{finished_run(1, Result::ok)}, {after}, {}, {memory}});

    EXPECT_EQ(catalog->run(RunId(1)), finished_run(1, Result::ok));
    EXPECT_EQ(catalog->backup(BackupId(1)), after);
    EXPECT_THAT(catalog->memories(), ElementsAre(memory));
}

TEST_F(CatalogTest, TakesCopiesWithoutTheirBackup) {
    commit_run(sample_run(1));
    commit_backup(sample_backup(1, 1), CopyState::done);

    const Copy changed = sample_copy(1, 1, CopyState::deleted);
    const Copy added = sample_copy(2, 1, CopyState::planned);
    commit({{}, {}, {added, changed}, {}});

    EXPECT_THAT(catalog->backup(BackupId(1))->copies, ElementsAre(changed, added));
}

TEST_F(CatalogTest, RefusesACopyOfAnUnknownBackupAndAllWorkAfterIt) {
    EXPECT_THROW(commit({{}, {}, {sample_copy(1, 77, CopyState::done)}, {}}), CatalogError);

    EXPECT_THROW(commit_run(sample_run(1)), CatalogError);
    EXPECT_THROW(catalog->last_ids(), CatalogError);
}

TEST_F(CatalogTest, KeepsNothingOfACommitThatFailed) {
    const TemporaryDirectory directory;
    catalog = open_catalog(directory.path() / "catalog.db");
    EXPECT_THROW(
        commit({{sample_run(1)}, {}, {sample_copy(1, 77, CopyState::done)}, {}}), CatalogError
    );

    catalog.reset();
    catalog = open_catalog(directory.path() / "catalog.db");

    EXPECT_EQ(catalog->run(RunId(1)), std::nullopt);
}

TEST_F(CatalogTest, KnowsTheHighestIds) {
    commit_run(sample_run(5));
    Backup backup = sample_backup(6, 5);
    backup.copies = {sample_copy(17, 6, CopyState::planned)};
    commit({{}, {backup}, {}, {}});

    const LastIds ids = catalog->last_ids();

    EXPECT_EQ(ids.run, RunId(5));
    EXPECT_EQ(ids.backup, BackupId(6));
    EXPECT_EQ(ids.copy, CopyId(17));
}

TEST_F(CatalogTest, FindsWhatIsUnfinished) {
    commit_run(finished_run(1, Result::ok));
    commit_run(sample_run(2));
    commit_backup(finished_backup(1, 1, Result::ok), CopyState::done);
    commit_backup(finished_backup(2, 1, Result::ok), CopyState::deleting);
    commit_backup(sample_backup(3, 2), CopyState::accepted);
    Backup waiting = sample_backup(4, 2);
    waiting.state = BackupState::waiting;
    commit_backup(waiting, CopyState::planned);

    EXPECT_THAT(catalog->unfinished_runs(), ElementsAre(sample_run(2)));
    EXPECT_THAT(ids_of(catalog->unfinished_backups()), ElementsAre(3, 4));
    EXPECT_THAT(ids_of(catalog->unfinished_deletions()), ElementsAre(2));
    EXPECT_EQ(catalog->unfinished_backups()[0].copies[0], sample_copy(3, 3, CopyState::accepted));
}

TEST_F(CatalogTest, ListsRunsNewestFirst) {
    commit({{sample_run(1), sample_run(2, "db"), sample_run(3)}, {}, {}, {}});

    EXPECT_THAT(catalog->runs({}, 2), ElementsAre(sample_run(3), sample_run(2, "db")));
    EXPECT_THAT(catalog->runs(PolicyName("web"), 9), ElementsAre(sample_run(3), sample_run(1)));
}

TEST_F(CatalogTest, FindsTheRunsOfASpanOfDueTimes) {
    cvmbackup::Run by_hand = sample_run(6);
    by_hand.trigger = Trigger::manual;
    by_hand.due = sample_run(2).due;
    const PolicyName web("web");
    const auto runs_due = [&](std::int64_t first, std::int64_t last) {
        return catalog->runs_due(web, sample_run(first).due, sample_run(last).due);
    };
    commit({{sample_run(4), sample_run(3, "db"), sample_run(2), sample_run(1)}, {}, {}, {}});
    commit({{passed_over(5), by_hand}, {}, {}, {}});

    EXPECT_THAT(runs_due(1, 2), ElementsAre(sample_run(1), sample_run(2), by_hand));
    EXPECT_THAT(runs_due(2, 9), ElementsAre(sample_run(2), by_hand, sample_run(4)));
    EXPECT_THAT(runs_due(3, 3), IsEmpty());
    EXPECT_THAT(runs_due(5, 5), IsEmpty()) << "passed without a run";
    EXPECT_THAT(runs_due(2, 1), IsEmpty());
}

TEST_F(CatalogTest, RemembersTheLastFinishedAndTheLastSuccessfulRun) {
    commit_run(finished_run(1, Result::ok));
    commit_run(finished_run(2, Result::failed));
    commit_run(sample_run(3));
    commit_run(finished_run(4, Result::ok, "db"));

    EXPECT_EQ(catalog->last_finished_run(PolicyName("web")), finished_run(2, Result::failed));
    const Instant due = finished_run(1, Result::ok).due;
    EXPECT_EQ(catalog->last_success(PolicyName("web"), due), due);
    EXPECT_EQ(catalog->last_success(PolicyName("web"), due - Duration(1)), std::nullopt);
    EXPECT_EQ(catalog->last_finished_run(PolicyName("none")), std::nullopt);
}

class CatalogFilter : public CatalogTest {
protected:
    void SetUp() override {
        commit_run(sample_run(1));
        commit_run(sample_run(2));
        commit_backup(finished_backup(1, 1, Result::ok), CopyState::done);
        commit_backup(finished_backup(2, 1, Result::failed), CopyState::failed);
        Backup other = finished_backup(3, 2, Result::ok, "db");
        other.instance = InstanceId("ins-2");
        commit_backup(other, CopyState::deleted);
        commit_backup(sample_backup(4, 2), CopyState::accepted);
    }

    std::vector<std::int64_t> found() { return ids_of(catalog->backups(filter)); }

    BackupFilter filter;
};

TEST_F(CatalogFilter, GivesAllNewestFirstWithoutConditions) {
    EXPECT_THAT(found(), ElementsAre(4, 3, 2, 1));
}

TEST_F(CatalogFilter, MatchesThePolicy) {
    filter.policy = PolicyName("db");
    EXPECT_THAT(found(), ElementsAre(3));
}

TEST_F(CatalogFilter, MatchesTheInstance) {
    filter.instance = InstanceId("ins-00000001");
    EXPECT_THAT(found(), ElementsAre(4, 2, 1));
}

TEST_F(CatalogFilter, MatchesTheRun) {
    filter.run = RunId(2);
    EXPECT_THAT(found(), ElementsAre(4, 3));
}

TEST_F(CatalogFilter, MatchesTheResult) {
    filter.result = Result::ok;
    EXPECT_THAT(found(), ElementsAre(3, 1));
}

TEST_F(CatalogFilter, MatchesAllConditionsTogether) {
    filter.policy = PolicyName("web");
    filter.run = RunId(1);
    filter.result = Result::failed;
    EXPECT_THAT(found(), ElementsAre(2));
}

TEST_F(CatalogFilter, TakesBackupsWithACopyThatIsThere) {
    filter.only_points = true;
    EXPECT_THAT(found(), ElementsAre(1));
}

TEST_F(CatalogFilter, GivesOnePage) {
    filter.offset = 1;
    filter.limit = 2;
    EXPECT_THAT(found(), ElementsAre(3, 2));
}

TEST_F(CatalogTest, CountsAsPointsWhatIsOrMayBeInTheCloud) {
    commit_run(sample_run(1));
    commit_backup(finished_backup(1, 1, Result::ok), CopyState::done);
    commit_backup(finished_backup(2, 1, Result::ok), CopyState::deleting);
    commit_backup(finished_backup(3, 1, Result::ok), CopyState::deleted);
    commit_backup(finished_backup(4, 1, Result::failed), CopyState::failed);
    commit_backup(finished_backup(5, 1, Result::ok, "db"), CopyState::done);
    commit_backup(sample_backup(6, 1), CopyState::done);
    Backup never_made = finished_backup(7, 1, Result::failed);
    Copy copy = sample_copy(7, 7, CopyState::failed);
    copy.image = {};
    copy.objects.clear();
    never_made.copies = {copy};
    commit({{}, {never_made}, {}, {}});

    EXPECT_THAT(ids_of(catalog->points(PolicyName("web"))), ElementsAre(4, 2, 1));
    EXPECT_EQ(catalog->points(PolicyName("web"))[2].copies[0], sample_copy(1, 1, CopyState::done));
}

TEST_F(CatalogTest, TellsWhatAPlaceMayHold) {
    commit_run(sample_run(1));
    const auto commit_copies = [&](std::int64_t id, std::vector<Copy> copies) {
        Backup backup = finished_backup(id, 1, Result::ok);
        backup.copies = std::move(copies);
        commit({{}, {backup}, {}, {}});
    };
    const auto copy = [](std::int64_t id, std::int64_t backup, CopyKind kind, CopyState state) {
        Copy made = sample_copy(id, backup, state);
        made.kind = kind;
        return made;
    };
    const Copy image = copy(11, 1, CopyKind::image, CopyState::done);
    const Copy gone = copy(12, 1, CopyKind::exported, CopyState::deleted);
    Copy replica = copy(21, 2, CopyKind::replica, CopyState::lost);
    replica.place.region = Region("ap-shanghai");
    const Copy exported = copy(22, 2, CopyKind::exported, CopyState::deleting);
    const Copy under_way = copy(31, 3, CopyKind::image, CopyState::intended);
    const Copy left_over = copy(41, 4, CopyKind::image, CopyState::failed);
    Copy never_made = copy(51, 5, CopyKind::image, CopyState::failed);
    never_made.image = {};
    Copy never_exported = copy(52, 5, CopyKind::exported, CopyState::failed);
    never_exported.objects.clear();
    commit_copies(1, {image, gone});
    commit_copies(2, {replica, exported});
    commit_copies(3, {under_way});
    commit_copies(4, {left_over});
    commit_copies(5, {never_made, never_exported});

    const std::vector<Backup> here = catalog->with_images_at(image.place);
    EXPECT_THAT(ids_of(here), ElementsAre(1, 3, 4));
    EXPECT_THAT(here[0].copies, ElementsAre(image, gone));
    EXPECT_THAT(ids_of(catalog->with_images_at(replica.place)), ElementsAre(2));
    const std::vector<Backup> exports = catalog->with_exports_at(image.place);
    EXPECT_THAT(ids_of(exports), ElementsAre(2));
    EXPECT_THAT(exports[0].copies, ElementsAre(replica, exported));
    EXPECT_THAT(catalog->with_exports_at(replica.place), IsEmpty());
}

TEST_F(CatalogTest, AddsUpTheTotals) {
    commit_run(finished_run(1, Result::partial));
    commit_run(finished_run(2, Result::partial));
    commit_run(sample_run(3));
    commit_backup(finished_backup(1, 1, Result::ok), CopyState::done);
    commit_backup(finished_backup(2, 1, Result::ok), CopyState::done);
    commit_backup(finished_backup(3, 2, Result::failed), CopyState::failed);
    commit_backup(sample_backup(4, 3), CopyState::accepted);
    const PolicyName web("web");

    const Totals totals = catalog->totals(Instant::max());

    EXPECT_THAT(totals.runs, UnorderedElementsAre(Pair(Pair(web, Result::partial), 2)));
    EXPECT_THAT(
        totals.backups,
        UnorderedElementsAre(Pair(Pair(web, Result::ok), 2), Pair(Pair(web, Result::failed), 1))
    );
    EXPECT_THAT(
        totals.steps,
        UnorderedElementsAre(
            Pair(Pair(CopyKind::exported, CopyState::done), 2),
            Pair(Pair(CopyKind::exported, CopyState::failed), 1),
            Pair(Pair(CopyKind::exported, CopyState::accepted), 1)
        )
    );
    EXPECT_THAT(totals.quarantined, UnorderedElementsAre(Pair(CopyKind::exported, 4)));
    EXPECT_THAT(
        totals.copies,
        UnorderedElementsAre(
            Pair(std::tuple(web, CopyKind::exported, Region("ap-guangzhou")), Pair(2, 100))
        )
    );
    EXPECT_THAT(
        totals.instance_success,
        UnorderedElementsAre(
            Pair(Pair(web, InstanceId("ins-00000001")), finished_backup(2, 1, Result::ok).due)
        )
    );
}

TEST_F(CatalogTest, RefusesAWordItDoesNotKnow) {
    Backup backup = sample_backup(1, 1);
    backup.state = static_cast<BackupState>(99);

    commit({{sample_run(1)}, {backup}, {}, {}});

    EXPECT_THROW(catalog->backup(BackupId(1)), CatalogError);
}

}  // namespace
}  // namespace cvmbackup::test
