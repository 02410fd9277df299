// Whether an account's credentials can be had from its secret file.
#pragma once

#include "model/policy.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace cvmbackup {

// In `credentials_dir` under its file name first, then relative to `config_dir`.
std::optional<std::string> why_not_credentials(
    const Account& account,
    const std::filesystem::path& config_dir,
    const std::filesystem::path& credentials_dir
);

}  // namespace cvmbackup
