#include "catalog/statement.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

namespace cvmbackup {

Statement::Statement(SQLite::Database& database, const std::string& sql) {
    sqlite3* handle = database.getHandle();
    const int code = sqlite3_prepare_v3(
        handle,
        sql.data(),
        static_cast<int>(sql.size()),
        SQLITE_PREPARE_PERSISTENT,
        &statement_,
        nullptr
    );
    if (code != SQLITE_OK) {
        throw SQLite::Exception(handle, code);
    }
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

void Statement::bind(int index, std::int64_t number) {
    check(sqlite3_bind_int64(statement_, index, number));
}

void Statement::bind(int index, std::string_view text) {
    // A null pointer would bind NULL.
    const char* begin = text.data() == nullptr ? "" : text.data();
    check(sqlite3_bind_text64(statement_, index, begin, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8)
    );
}

void Statement::bind_uncopied(int index, std::string_view text) {
    check(
        sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8)
    );
}

void Statement::bind_null(int index) {
    check(sqlite3_bind_null(statement_, index));
}

bool Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        check(code);
    }
    return code == SQLITE_ROW;
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::text(int column) const {
    // Asked for as a blob, a text comes as it is stored.
    sqlite3_value* value = sqlite3_column_value(statement_, column);
    const void* begin = sqlite3_value_blob(value);
    const int size = sqlite3_value_bytes(value);
    return {static_cast<const char*>(begin), static_cast<std::size_t>(size)};
}

const char* Statement::name(int column) const {
    return sqlite3_column_name(statement_, column);
}

void Statement::reset() noexcept {
    sqlite3_reset(statement_);
}

int Statement::index_of(const char* name) const {
    return sqlite3_bind_parameter_index(statement_, name);
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) {
        throw SQLite::Exception(sqlite3_db_handle(statement_), code);
    }
}

}  // namespace cvmbackup
