// A prepared statement and the values of its row, straight from SQLite: lists of thousands of rows
// are read here, and SQLiteCpp makes an object of shared ownership for each value.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_stmt;

namespace cvmbackup {

// Every failure is an SQLite::Exception.
class Statement {
public:
    Statement(SQLite::Database& database, const std::string& sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    // Parameters count from 1; texts are copied.
    void bind(int index, std::int64_t number);
    void bind(int index, std::string_view text);
    void bind_uncopied(int index, std::string_view text);  // stays until the statement was executed
    void bind_null(int index);

    template <class Value>
    void bind(const char* name, const Value& value) {
        bind(index_of(name), value);
    }

    // False when there is no further row.
    bool step();

    // Of the row stepped to; columns count from 0. A text stays until the next step.
    bool is_null(int column) const;
    std::int64_t number(int column) const;
    std::string_view text(int column) const;
    const char* name(int column) const;

    void reset() noexcept;

private:
    int index_of(const char* name) const;
    void check(int code) const;

    sqlite3_stmt* statement_ = nullptr;
};

// Resets the statement however its use ends, so that it holds no read transaction open.
class Use {
public:
    explicit Use(Statement& statement)
        : statement_(statement) {}

    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    ~Use() { statement_.reset(); }

private:
    Statement& statement_;
};

inline void execute(Statement& statement) {
    const Use use(statement);
    statement.step();
}

template <class Row>
std::vector<Row> all_rows(Statement& statement, Row (*read)(const Statement&)) {
    const Use use(statement);
    std::vector<Row> rows;
    while (statement.step()) {
        rows.push_back(read(statement));
    }
    return rows;
}

template <class Row>
std::optional<Row> one_row(Statement& statement, Row (*read)(const Statement&)) {
    const Use use(statement);
    if (!statement.step()) {
        return std::nullopt;
    }
    return read(statement);
}

}  // namespace cvmbackup
