// Pieces that several verbs print alike.
#pragma once

#include "ctl/output.hpp"
#include "ctl/table.hpp"
#include "ctl/values.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cvmbackup::ctl {

// Labels and values, one a line, values aligned; empty values are left out.
void print_facts(Output& output, const std::vector<std::pair<std::string, Table::Cell>>& facts);

Table::Cell result_cell(const std::string& result);
Table::Cell policy_state_cell(const Dict& policy);
// "web-1 (ins-0a1b2c3d)"
std::string instance_words(const Dict& row);
// "3 of 20"
std::string done_words(const Dict& job);
void print_jobs(Output& output, const Rows& jobs, Instant now);
void print_steps(Output& output, const Rows& steps, Instant now);

// The option of that name, unless it is empty.
void add_option(Dict& options, const std::string& key, const std::string& value);

}  // namespace cvmbackup::ctl
