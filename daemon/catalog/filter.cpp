#include "catalog/filter.hpp"

namespace cvmbackup {

std::string conditions(const BackupFilter& filter) {
    std::string sql = " WHERE true";
    if (filter.policy) {
        sql += " AND policy = :policy";
    }
    if (filter.instance) {
        sql += " AND instance = :instance";
    }
    if (filter.run) {
        sql += " AND run = :run";
    }
    if (filter.result) {
        sql += " AND result = :result";
    }
    if (filter.only_points) {
        sql +=
            " AND state = 'finished' AND EXISTS (SELECT 1 FROM copy INDEXED BY copy_by_backup"
            " WHERE copy.backup = backup.id AND copy.state = 'done')";
    }
    return sql;
}

void bind_conditions(Statement& statement, const BackupFilter& filter) {
    if (filter.policy) {
        statement.bind(":policy", filter.policy->text());
    }
    if (filter.instance) {
        statement.bind(":instance", filter.instance->text());
    }
    if (filter.run) {
        statement.bind(":run", filter.run->value());
    }
    if (filter.result) {
        statement.bind(":result", to_text(*filter.result));
    }
}

}  // namespace cvmbackup
