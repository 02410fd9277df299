// Reads cvmbackup.toml: accounts, catalog, metrics, limits.
#pragma once

#include "model/policy.hpp"
#include "settings/reader.hpp"

#include <vector>

namespace cvmbackup {

struct ReadAccount {
    Account account;
    Position secret_at;  // of the secret file's name, or of the account
};

// Fills everything but policies and the directory; paths stay as written.
std::vector<ReadAccount> read_main_file(Reader reader, Settings& settings);

}  // namespace cvmbackup
