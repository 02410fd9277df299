#include "catalog/catalog.hpp"

#include "catalog/database.hpp"
#include "catalog/filter.hpp"
#include "catalog/rows.hpp"
#include "catalog/statements.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <type_traits>

namespace cvmbackup {

namespace {

std::string name_at(const SQLite::Statement& row, int column) {
    return row.getColumn(column).getString();
}

Place read_place(const SQLite::Statement& row) {
    return Place{AccountName(name_at(row, 0)), Region(name_at(row, 1))};
}

Instant instant_at(const SQLite::Statement& row, int column) {
    return Instant(Duration(row.getColumn(column).getInt64()));
}

std::size_t count_at(const SQLite::Statement& row, int column) {
    return static_cast<std::size_t>(row.getColumn(column).getInt64());
}

template <class Word>
Word word_at(
    const SQLite::Statement& row, int column, std::optional<Word> (*from)(std::string_view)
) {
    const std::string text = name_at(row, column);
    const std::optional<Word> word = from(text);
    if (!word) {
        throw std::runtime_error("a row holds the unknown word '" + text + "'");
    }
    return *word;
}

std::optional<Instant> maximum(SQLite::Statement& statement) {
    const Use use(statement);
    if (!statement.executeStep() || statement.getColumn(0).isNull()) {
        return std::nullopt;
    }
    return instant_at(statement, 0);
}

class SqliteCatalog : public Catalog {
public:
    SqliteCatalog(
        const std::filesystem::path& path, std::function<void(const std::string&)> on_broken
    )
        : path_(path)
        , on_broken_(std::move(on_broken))
        , database_(open_database(path))
        , statements_(*database_) {}

    void commit(const Changes& changes) override {
        if (changes.empty()) {
            return;
        }
        guarded("a change was being recorded", [&] {
            write(changes);
            identity_.check();
        });
    }

    LastIds last_ids() override {
        return ask([&] {
            LastIds ids;
            ids.run = RunId(highest_id("run"));
            ids.backup = BackupId(highest_id("backup"));
            ids.copy = CopyId(highest_id("copy"));
            return ids;
        });
    }

    std::vector<PolicyMemory> memories() override {
        return ask([&] { return all_rows(statements_.memories, read_memory); });
    }

    std::vector<Run> unfinished_runs() override {
        return ask([&] { return all_rows(statements_.unfinished_runs, read_run); });
    }

    std::vector<Backup> unfinished_backups() override {
        return ask([&] { return backups_of(statements_.unfinished_backups); });
    }

    std::vector<Backup> unfinished_deletions() override {
        return ask([&] { return backups_of(statements_.unfinished_deletions); });
    }

    std::vector<Backup> backups(const BackupFilter& filter) override {
        return ask([&] {
            SQLite::Statement statement(
                *database_,
                std::string("SELECT ") + backup_columns + " FROM backup" + conditions(filter) +
                    " ORDER BY id DESC LIMIT :limit OFFSET :offset"
            );
            bind_conditions(statement, filter);
            statement.bind(":limit", clamped(filter.limit));
            statement.bind(":offset", clamped(filter.offset));
            return backups_of(statement);
        });
    }

    std::optional<Backup> backup(BackupId id) override {
        return ask([&] {
            statements_.backup.bind(1, id.value());
            std::optional<Backup> found = one_row(statements_.backup, read_backup);
            if (found) {
                found->copies = copies_of(id);
            }
            return found;
        });
    }

    std::optional<Run> run(RunId id) override {
        return ask([&] {
            statements_.run.bind(1, id.value());
            return one_row(statements_.run, read_run);
        });
    }

    std::vector<Run> runs(std::optional<PolicyName> policy, std::size_t limit) override {
        return ask([&] {
            SQLite::Statement& statement = policy ? statements_.runs_of_policy : statements_.runs;
            statement.bind(1, clamped(limit));
            if (policy) {
                statement.bind(2, policy->text());
            }
            return all_rows(statement, read_run);
        });
    }

    bool had_run(PolicyName policy, Instant due) override {
        return ask([&] {
            statements_.had_run.bind(1, policy.text());
            statements_.had_run.bind(2, static_cast<std::int64_t>(due.time_since_epoch().count()));
            const Use use(statements_.had_run);
            return statements_.had_run.executeStep();
        });
    }

    std::optional<Run> last_finished_run(PolicyName policy) override {
        return ask([&] {
            statements_.last_finished_run.bind(1, policy.text());
            return one_row(statements_.last_finished_run, read_run);
        });
    }

    std::optional<Instant> last_success(PolicyName policy) override {
        return ask([&] {
            statements_.last_success.bind(1, policy.text());
            return maximum(statements_.last_success);
        });
    }

    std::vector<Backup> points(PolicyName policy) override {
        return ask([&] {
            statements_.points.bind(1, policy.text());
            std::vector<Backup> points = statements_.points.read();
            std::ranges::reverse(points);
            return points;
        });
    }

    std::optional<Instant> newest_copy(PolicyName policy, InstanceId instance, CopyKind kind)
        override {
        return ask([&] {
            statements_.newest_copy.bind(1, policy.text());
            statements_.newest_copy.bind(2, instance.text());
            statements_.newest_copy.bind(3, to_text(kind));
            return maximum(statements_.newest_copy);
        });
    }

    std::optional<Instant> last_success(PolicyName policy, InstanceId instance) override {
        return ask([&] {
            SQLite::Statement statement(
                *database_,
                "SELECT max(due) FROM backup INDEXED BY backup_success"
                " WHERE good = 1 AND policy = ? AND instance = ?"
            );
            statement.bind(1, policy.text());
            statement.bind(2, instance.text());
            return maximum(statement);
        });
    }

    std::vector<Backup> with_images_at(Place place) override {
        return ask([&] { return backups_at(statements_.with_images_at, place); });
    }

    std::vector<Backup> with_exports_at(Place place) override {
        return ask([&] { return backups_at(statements_.with_exports_at, place); });
    }

    std::vector<Backup> backups_due(PolicyName policy, InstanceId instance, Instant due) override {
        return ask([&] {
            statements_.backups_due.bind(1, instance.text());
            statements_.backups_due.bind(2, policy.text());
            statements_.backups_due.bind(
                3, static_cast<std::int64_t>(due.time_since_epoch().count())
            );
            return backups_of(statements_.backups_due);
        });
    }

    std::vector<Place> places() override {
        return ask([&] { return all_rows(statements_.places, read_place); });
    }

    Totals totals() override {
        return ask([&] {
            Totals totals;
            count_results("run", totals.runs);
            count_results("backup", totals.backups);
            count_copies(totals);
            find_successes(totals);
            return totals;
        });
    }

private:
    template <class Work>
    std::invoke_result_t<Work> ask(Work work) {
        return guarded("it was being read", work);
    }

    // The first error is the last word: see the header of catalog.hpp.
    template <class Work>
    std::invoke_result_t<Work> guarded(const char* doing, Work work) {
        if (!broken_.empty()) {
            throw CatalogError(broken_);
        }
        try {
            return work();
        } catch (const SQLite::Exception& error) {
            broken_ = catalog_trouble(path_, doing, error);
        } catch (const CatalogError& error) {
            broken_ = error.what();
        } catch (const std::runtime_error& error) {
            broken_ = "the catalog " + path_.string() + " failed while " + doing + ": " +
                      error.what() + ". Restore it from a backup, or move it away and start again";
        }
        if (on_broken_) {
            on_broken_(broken_);
        }
        throw CatalogError(broken_);
    }

    void write(const Changes& changes) {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        for (const Run& run : changes.runs) {
            write_row(statements_.write_run, run);
        }
        for (const Backup& backup : changes.backups) {
            write_row(statements_.write_backup, backup);
            for (const Copy& copy : backup.copies) {
                write_row(statements_.write_copy, copy);
            }
        }
        for (const Copy& copy : changes.copies) {
            write_row(statements_.write_copy, copy);
        }
        for (const PolicyMemory& memory : changes.memories) {
            write_row(statements_.write_memory, memory);
        }
        transaction.commit();
    }

    template <class Row>
    static void write_row(SQLite::Statement& statement, const Row& row) {
        const Use use(statement);
        bind_row(statement, row);
        statement.exec();
    }

    std::int64_t highest_id(const std::string& table) {
        return database_->execAndGet("SELECT coalesce(max(id), 0) FROM " + table).getInt64();
    }

    static std::int64_t clamped(std::size_t number) {
        constexpr std::size_t highest = 1'000'000'000;
        return static_cast<std::int64_t>(std::min(number, highest));
    }

    std::vector<Backup> backups_of(SQLite::Statement& statement) {
        std::vector<Backup> backups = all_rows(statement, read_backup);
        for (Backup& backup : backups) {
            backup.copies = copies_of(backup.id);
        }
        return backups;
    }

    static std::vector<Backup> backups_at(BackupList& list, const Place& place) {
        list.bind(1, place.account.text());
        list.bind(2, place.region.text());
        return list.read();
    }

    std::vector<Copy> copies_of(BackupId id) {
        statements_.copies_of_backup.bind(1, id.value());
        return all_rows(statements_.copies_of_backup, read_copy);
    }

    void count_results(
        const std::string& table, std::map<std::pair<PolicyName, Result>, std::size_t>& counts
    ) {
        SQLite::Statement row(
            *database_,
            "SELECT policy, result, count(*) FROM " + table +
                " WHERE result IS NOT NULL GROUP BY policy, result"
        );
        while (row.executeStep()) {
            const Result result = word_at(row, 1, result_from);
            counts[{PolicyName(name_at(row, 0)), result}] = count_at(row, 2);
        }
    }

    void count_copies(Totals& totals) {
        SQLite::Statement state(
            *database_, "SELECT kind, state, count(*) FROM copy GROUP BY state, kind"
        );
        while (state.executeStep()) {
            const CopyKind kind = word_at(state, 0, copy_kind_from);
            totals.steps[{kind, word_at(state, 1, copy_state_from)}] = count_at(state, 2);
        }
        SQLite::Statement quarantined(
            *database_,
            "SELECT kind, count(*) FROM copy INDEXED BY copy_quarantined WHERE quarantined = 1 "
            "GROUP BY kind"
        );
        while (quarantined.executeStep()) {
            totals.quarantined[word_at(quarantined, 0, copy_kind_from)] = count_at(quarantined, 1);
        }
        SQLite::Statement done(
            *database_,
            "SELECT policy, kind, region, count(*), sum(size_gib) FROM copy "
            "INDEXED BY copy_done WHERE state = 'done' GROUP BY policy, kind, region"
        );
        while (done.executeStep()) {
            const CopyKind kind = word_at(done, 1, copy_kind_from);
            totals.copies[{PolicyName(name_at(done, 0)), kind, Region(name_at(done, 2))}] = {
                count_at(done, 3), done.getColumn(4).getInt64()};
        }
    }

    void find_successes(Totals& totals) {
        SQLite::Statement row(
            *database_,
            "SELECT policy, instance, max(due) FROM backup "
            "INDEXED BY backup_success WHERE good = 1 GROUP BY policy, instance"
        );
        while (row.executeStep()) {
            const PolicyName policy(name_at(row, 0));
            totals.instance_success[{policy, InstanceId(name_at(row, 1))}] = instant_at(row, 2);
        }
    }

    std::filesystem::path path_;
    std::function<void(const std::string&)> on_broken_;
    std::unique_ptr<SQLite::Database> database_;
    Statements statements_;
    FileIdentity identity_{path_};
    std::string broken_;
};

}  // namespace

std::unique_ptr<Catalog> open_catalog(
    const std::filesystem::path& path, std::function<void(const std::string&)> broken
) {
    try {
        return std::make_unique<SqliteCatalog>(path, std::move(broken));
    } catch (const SQLite::Exception& error) {
        throw CatalogError(catalog_trouble(path, "it was being opened", error));
    }
}

}  // namespace cvmbackup
