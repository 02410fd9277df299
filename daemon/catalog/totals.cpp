#include "catalog/totals.hpp"

#include "catalog/statement.hpp"

#include <stdexcept>

namespace cvmbackup {

namespace {

std::string text_at(const Statement& row, int column) {
    return std::string(row.text(column));
}

std::size_t count_at(const Statement& row, int column) {
    return static_cast<std::size_t>(row.number(column));
}

template <class Word>
Word word_at(const Statement& row, int column, std::optional<Word> (*from)(std::string_view)) {
    const std::string text = text_at(row, column);
    const std::optional<Word> word = from(text);
    if (!word) {
        throw std::runtime_error("a row holds the unknown word '" + text + "'");
    }
    return *word;
}

void count_results(
    SQLite::Database& database,
    const std::string& table,
    std::map<std::pair<PolicyName, Result>, std::size_t>& counts
) {
    Statement row(
        database,
        "SELECT policy, result, count(*) FROM " + table +
            " WHERE result IS NOT NULL GROUP BY policy, result"
    );
    while (row.step()) {
        const Result result = word_at(row, 1, result_from);
        counts[{PolicyName(text_at(row, 0)), result}] = count_at(row, 2);
    }
}

void count_copies(SQLite::Database& database, Totals& totals) {
    Statement state(database, "SELECT kind, state, count(*) FROM copy GROUP BY state, kind");
    while (state.step()) {
        const CopyKind kind = word_at(state, 0, copy_kind_from);
        totals.steps[{kind, word_at(state, 1, copy_state_from)}] = count_at(state, 2);
    }
    Statement quarantined(
        database,
        "SELECT kind, count(*) FROM copy INDEXED BY copy_quarantined WHERE quarantined = 1 "
        "GROUP BY kind"
    );
    while (quarantined.step()) {
        totals.quarantined[word_at(quarantined, 0, copy_kind_from)] = count_at(quarantined, 1);
    }
    Statement done(
        database,
        "SELECT policy, kind, region, count(*), sum(size_gib) FROM copy "
        "INDEXED BY copy_done WHERE state = 'done' GROUP BY policy, kind, region"
    );
    while (done.step()) {
        const CopyKind kind = word_at(done, 1, copy_kind_from);
        totals.copies[{PolicyName(text_at(done, 0)), kind, Region(text_at(done, 2))}] = {
            count_at(done, 3), done.number(4)};
    }
}

void find_successes(SQLite::Database& database, std::int64_t now, Totals& totals) {
    Statement row(
        database,
        "SELECT policy, instance, max(due) FROM backup "
        "INDEXED BY backup_success WHERE good = 1 AND due <= ? GROUP BY policy, instance"
    );
    row.bind(1, now);
    while (row.step()) {
        const PolicyName policy(text_at(row, 0));
        totals.instance_success[{policy, InstanceId(text_at(row, 1))}] =
            Instant(Duration(row.number(2)));
    }
}

}  // namespace

Totals read_totals(SQLite::Database& database, std::int64_t now) {
    Totals totals;
    count_results(database, "run", totals.runs);
    count_results(database, "backup", totals.backups);
    count_copies(database, totals);
    find_successes(database, now, totals);
    return totals;
}

}  // namespace cvmbackup
