#include "cloud/credentials.hpp"
#include "cloud/digest.hpp"
#include "cloud/text.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace cvmbackup {

namespace {

constexpr std::size_t file_max = 64 * 1024;

// Closes what it holds.
class File {
public:
    explicit File(const std::string& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}

    File(const File&) = delete;
    File& operator=(const File&) = delete;

    ~File() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }

    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

std::string system_text(int error) {
    return std::strerror(error);
}

std::string octal(mode_t mode) {
    char text[8];
    std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777U));
    return text;
}

// Whoever may write it can make us use another account; whoever may read it has ours. The same rule
// holds at the start (settings/config_file).
std::optional<Failure> permission_problem(const std::string& path, const struct stat& status) {
    constexpr mode_t forbidden = S_IRWXG | S_IRWXO;
    if ((status.st_mode & forbidden) == 0)
        return std::nullopt;
    return credentials_failure(
        Remedy::give_up,
        "secret file " + path + " has mode " + octal(status.st_mode) +
            ", so that others may read or change it; run: chmod 0600 " + path
    );
}

Outcome<std::string> contents(const std::string& path, bool protected_by_systemd) {
    const File file(path);
    if (file.descriptor() < 0)
        return credentials_failure(
            Remedy::give_up,
            "secret file " + path + " cannot be opened: " + system_text(errno) +
                "; create it with [default] secret_id and secret_key, readable for the service"
        );

    struct stat status {};

    if (::fstat(file.descriptor(), &status) != 0 || !S_ISREG(status.st_mode))
        return credentials_failure(Remedy::give_up, "secret file " + path + " is no regular file");
    if (!protected_by_systemd)
        if (auto problem = permission_problem(path, status))
            return std::move(*problem);
    std::string text(file_max, '\0');
    const ssize_t size = ::read(file.descriptor(), text.data(), text.size());
    if (size < 0)
        return credentials_failure(
            Remedy::give_up, "secret file " + path + " cannot be read: " + system_text(errno)
        );
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::string_view unquoted(std::string_view value) {
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front())
        return value.substr(1, value.size() - 2);
    return value;
}

// Sets what the line says; a line that says nothing of interest is left alone.
void read_line(std::string_view line, Secret& secret) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
        return;
    const std::string_view name = trimmed(line.substr(0, equals));
    const std::string_view value = unquoted(trimmed(line.substr(equals + 1)));
    if (name == "secret_id")
        secret.id = value;
    else if (name == "secret_key")
        secret.key = value;
    else if (name == "token")
        secret.token = value;
}

}  // namespace

Outcome<SecretPtr> parse_secret_file(std::string_view text, const std::string& name) {
    auto secret = std::make_shared<Secret>();
    bool in_default = false;
    bool default_seen = false;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line.starts_with('#') || line.starts_with(';'))
            continue;
        if (line.starts_with('[')) {
            in_default = line == "[default]";
            default_seen = default_seen || in_default;
        } else if (in_default) {
            read_line(line, *secret);
        }
    }
    if (!default_seen)
        return credentials_failure(
            Remedy::give_up,
            "secret file " + name +
                " has no section [default]; write [default], secret_id = … and "
                "secret_key = …, one a line"
        );
    if (secret->id.empty() || secret->key.empty())
        return credentials_failure(
            Remedy::give_up,
            "secret file " + name + " has no " + (secret->id.empty() ? "secret_id" : "secret_key") +
                " in its section [default]; add it"
        );
    return SecretPtr(std::move(secret));
}

Outcome<SecretPtr> read_secret_file(
    const std::string& file, const char* credentials_directory, const std::string& config_dir
) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    fs::path path = fs::path(config_dir) / file;  // an absolute `file` stays as it is
    bool protected_by_systemd = false;
    if (credentials_directory != nullptr && !fs::path(file).is_absolute()) {
        const fs::path candidate = fs::path(credentials_directory) / file;
        protected_by_systemd = fs::exists(candidate, ignored);
        if (protected_by_systemd)
            path = candidate;
    }
    Outcome<std::string> text = contents(path.string(), protected_by_systemd);
    if (!text)
        return text.error();
    Outcome<SecretPtr> secret = parse_secret_file(*text, path.string());
    wipe(*text);
    return secret;
}

}  // namespace cvmbackup
