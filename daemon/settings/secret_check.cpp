#include "settings/secret_check.hpp"

#include "settings/config_file.hpp"

#include <system_error>

namespace cvmbackup {

std::optional<std::string> why_not_credentials(
    const Account& account,
    const std::filesystem::path& config_dir,
    const std::filesystem::path& credentials_dir
) {
    if (account.credentials != CredentialSource::file) {
        return std::nullopt;
    }
    const std::filesystem::path name(account.secret_file);
    std::error_code error;
    const bool by_systemd = !credentials_dir.empty() && !name.is_absolute() &&
                            std::filesystem::exists(credentials_dir / name, error);
    const std::filesystem::path path = (by_systemd ? credentials_dir : config_dir) / name;
    if (const auto why_not = why_not_secret(path, by_systemd)) {
        return "secret file " + path.string() + " " + *why_not;
    }
    return std::nullopt;
}

}  // namespace cvmbackup
