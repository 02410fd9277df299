// Whether an account's credentials can be had from its secret file.
#pragma once

#include "model/policy.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace cvmbackup {

// Relative to `credentials_dir` first, then to `config_dir`: as the cloud's client looks it up.
std::optional<std::string> why_not_credentials(
    const Account& account,
    const std::filesystem::path& config_dir,
    const std::filesystem::path& credentials_dir
);

}  // namespace cvmbackup
