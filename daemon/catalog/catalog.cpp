#include "catalog/catalog.hpp"

#include "catalog/backup_cache.hpp"
#include "catalog/database.hpp"
#include "catalog/filter.hpp"
#include "catalog/rows.hpp"
#include "catalog/statements.hpp"
#include "catalog/totals.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <type_traits>

namespace cvmbackup {

namespace {

Place read_place(const Statement& row) {
    return Place{AccountName(std::string(row.text(0))), Region(std::string(row.text(1)))};
}

BackupId read_id(const Statement& row) {
    return BackupId(row.number(0));
}

std::int64_t number_of(Instant instant) {
    return instant.time_since_epoch().count();
}

std::optional<Instant> maximum(Statement& statement) {
    const Use use(statement);
    if (!statement.step() || statement.is_null(0)) {
        return std::nullopt;
    }
    return Instant(Duration(statement.number(0)));
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
            cache_.forget(changes);
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
            Statement statement(
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
        return ask([&] { return backup_of(id); });
    }

    std::optional<Run> run(RunId id) override {
        return ask([&] {
            statements_.run.bind(1, id.value());
            return one_row(statements_.run, read_run);
        });
    }

    std::vector<Run> runs(std::optional<PolicyName> policy, std::size_t limit) override {
        return ask([&] {
            Statement& statement = policy ? statements_.runs_of_policy : statements_.runs;
            statement.bind(1, clamped(limit));
            if (policy) {
                statement.bind(2, policy->text());
            }
            return all_rows(statement, read_run);
        });
    }

    std::vector<Run> runs_due(PolicyName policy, Instant first, Instant last) override {
        return ask([&] {
            statements_.runs_due.bind(1, policy.text());
            statements_.runs_due.bind(2, number_of(first));
            statements_.runs_due.bind(3, number_of(last));
            return all_rows(statements_.runs_due, read_run);
        });
    }

    std::optional<Run> last_finished_run(PolicyName policy) override {
        return ask([&] {
            statements_.last_finished_run.bind(1, policy.text());
            return one_row(statements_.last_finished_run, read_run);
        });
    }

    std::optional<Instant> last_success(PolicyName policy, Instant now) override {
        return ask([&] {
            statements_.last_success.bind(1, policy.text());
            statements_.last_success.bind(2, number_of(now));
            return maximum(statements_.last_success);
        });
    }

    std::vector<Backup> points(PolicyName policy) override {
        return ask([&] {
            statements_.ids_of_points.bind(1, policy.text());
            std::vector<BackupId> ids = ids_of(statements_.ids_of_points);
            std::ranges::reverse(ids);
            std::vector<Backup> points = backups_of(ids);
            std::erase_if(points, [](const Backup& backup) {
                return backup.state != BackupState::finished;
            });
            return points;
        });
    }

    std::optional<Instant> newest_export(
        PolicyName policy, InstanceId instance, BucketPlace bucket, Instant latest
    ) override {
        return ask([&] {
            statements_.newest_export.bind(1, policy.text());
            statements_.newest_export.bind(2, instance.text());
            statements_.newest_export.bind(3, number_of(latest));
            statements_.newest_export.bind(4, bucket.account.text());
            statements_.newest_export.bind(5, bucket.region.text());
            statements_.newest_export.bind(6, bucket.bucket.text());
            return maximum(statements_.newest_export);
        });
    }

    std::optional<Instant> last_success(PolicyName policy, InstanceId instance, Instant now)
        override {
        return ask([&] {
            Statement statement(
                *database_,
                "SELECT max(due) FROM backup INDEXED BY backup_success"
                " WHERE good = 1 AND policy = ? AND instance = ? AND due <= ?"
            );
            statement.bind(1, policy.text());
            statement.bind(2, instance.text());
            statement.bind(3, number_of(now));
            return maximum(statement);
        });
    }

    std::vector<Backup> with_images_at(Place place) override {
        return ask([&] { return backups_at(statements_.ids_with_images_at, place); });
    }

    std::vector<Backup> with_exports_at(Place place) override {
        return ask([&] { return backups_at(statements_.ids_with_exports_at, place); });
    }

    std::vector<Backup> backups_due(PolicyName policy, InstanceId instance, Instant due) override {
        return ask([&] {
            statements_.backups_due.bind(1, instance.text());
            statements_.backups_due.bind(2, policy.text());
            statements_.backups_due.bind(3, number_of(due));
            return backups_of(statements_.backups_due);
        });
    }

    std::vector<Place> places() override {
        return ask([&] { return all_rows(statements_.places, read_place); });
    }

    Totals totals(Instant now) override {
        return ask([&] { return read_totals(*database_, number_of(now)); });
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
            broken_ = catalog_trouble(path_, doing, error, database_.get());
        } catch (const CatalogError& error) {
            broken_ = error.what();
        } catch (const std::bad_alloc&) {
            // No fault of the catalog's.
            throw;
        } catch (const std::exception& error) {
            // Of JSON, say, that lacks a member.
            broken_ = "the catalog " + path_.string() + " failed while " + doing + ": " +
                      error.what() + ". Restore it from a backup, or move it away and start again";
        }
        if (on_broken_) {
            on_broken_(broken_);
        }
        throw CatalogError(broken_);
    }

    // All or nothing.
    void write(const Changes& changes) {
        execute(statements_.begin);
        try {
            write_rows(changes);
            execute(statements_.commit);
        } catch (...) {
            roll_back();
            throw;
        }
    }

    // After some errors SQLite has done so itself, and refuses.
    void roll_back() {
        try {
            execute(statements_.roll_back);
        } catch (const SQLite::Exception&) {
            return;
        }
    }

    void write_rows(const Changes& changes) {
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
    }

    template <class Row>
    static void write_row(Statement& statement, const Row& row) {
        bind_row(statement, row);
        execute(statement);
    }

    std::int64_t highest_id(const std::string& table) {
        return database_->execAndGet("SELECT coalesce(max(id), 0) FROM " + table).getInt64();
    }

    static std::int64_t clamped(std::size_t number) {
        constexpr std::size_t highest = 1'000'000'000;
        return static_cast<std::int64_t>(std::min(number, highest));
    }

    std::vector<Backup> backups_of(Statement& statement) {
        std::vector<Backup> backups = all_rows(statement, read_backup);
        for (Backup& backup : backups) {
            backup.copies = copies_of(backup.id);
        }
        return backups;
    }

    std::optional<Backup> backup_of(BackupId id) {
        if (const Backup* known = cache_.find(id)) {
            return *known;
        }
        statements_.backup.bind(1, id.value());
        std::optional<Backup> found = one_row(statements_.backup, read_backup);
        if (found) {
            found->copies = copies_of(id);
            cache_.remember(*found);
        }
        return found;
    }

    std::vector<Backup> backups_at(Statement& ids, const Place& place) {
        ids.bind(1, place.account.text());
        ids.bind(2, place.region.text());
        return backups_of(ids_of(ids));
    }

    // Looked for once: in a condition SQLite would look for them again for the copies.
    static std::vector<BackupId> ids_of(Statement& statement) {
        std::vector<BackupId> ids = all_rows(statement, read_id);
        std::ranges::sort(ids);
        const auto again = std::ranges::unique(ids);
        ids.erase(again.begin(), again.end());
        return ids;
    }

    std::vector<Backup> backups_of(const std::vector<BackupId>& ids) {
        std::vector<Backup> backups;
        backups.reserve(ids.size());
        for (const BackupId id : ids) {
            if (std::optional<Backup> found = backup_of(id)) {
                backups.push_back(*std::move(found));
            }
        }
        return backups;
    }

    std::vector<Copy> copies_of(BackupId id) {
        statements_.copies_of_backup.bind(1, id.value());
        return all_rows(statements_.copies_of_backup, read_copy);
    }

    std::filesystem::path path_;
    std::function<void(const std::string&)> on_broken_;
    std::unique_ptr<SQLite::Database> database_;
    Statements statements_;
    BackupCache cache_;
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
        throw CatalogError(catalog_trouble(path, "it was being opened", error, nullptr));
    }
}

}  // namespace cvmbackup
