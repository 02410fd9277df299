#include "settings/config_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace cvmbackup {

namespace {

constexpr std::size_t file_size_max = std::size_t{1024} * 1024;

std::string last_error(const char* what) {
    return std::string(what) + ": " + std::generic_category().message(errno);
}

class OpenFile {
public:
    // Not blocking: a FIFO in place of a file must not stop the daemon.
    explicit OpenFile(const std::filesystem::path& path)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}

    ~OpenFile() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }

    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    int fd() const { return fd_; }

private:
    int fd_;
};

std::optional<std::string> why_not_mode(
    const struct stat& status, const std::filesystem::path& path, mode_t forbidden, const char* cure
) {
    if ((status.st_mode & forbidden) == 0) {
        return std::nullopt;
    }
    const mode_t open = status.st_mode & forbidden;
    const bool writable = (open & (S_IWGRP | S_IWOTH)) != 0;
    const bool others = (open & (writable ? S_IWOTH : S_IROTH | S_IXOTH)) != 0;
    return std::string("is ") + (writable ? "writable" : "readable") + " by " +
           (others ? "everybody" : "its group") + "; run: chmod " + cure + " " + path.string();
}

}  // namespace

FileText read_config_file(const std::filesystem::path& path) {
    const OpenFile file(path);

    struct stat status {};

    if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) {
        return {std::nullopt, last_error("cannot be read")};
    }
    if (!S_ISREG(status.st_mode)) {
        return {std::nullopt, "is not a regular file"};
    }
    if (auto reason = why_not_mode(status, path, S_IWGRP | S_IWOTH, "go-w")) {
        return {std::nullopt, std::move(*reason)};
    }
    std::string text;
    std::array<char, 65536> part{};
    while (true) {
        const ssize_t count = ::read(file.fd(), part.data(), part.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return {std::nullopt, last_error("cannot be read")};
        }
        if (count == 0) {
            return {std::move(text), ""};
        }
        text.append(part.data(), static_cast<std::size_t>(count));
        if (text.size() > file_size_max) {
            return {std::nullopt, "is larger than 1 MiB; split it into several files"};
        }
    }
}

std::optional<std::string> why_not_secret(const std::filesystem::path& path, bool by_systemd) {
    const OpenFile file(path);

    struct stat status {};

    if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) {
        return last_error("cannot be read");
    }
    if (!S_ISREG(status.st_mode)) {
        return "is not a regular file";
    }
    return by_systemd ? std::nullopt : why_not_mode(status, path, S_IRWXG | S_IRWXO, "600");
}

std::optional<std::string> why_not_directory(const std::filesystem::path& directory) {
    struct stat status {};

    if (::stat(directory.c_str(), &status) != 0) {
        return last_error("cannot be read");
    }
    if (!S_ISDIR(status.st_mode)) {
        return "is not a directory";
    }
    return why_not_mode(status, directory, S_IWGRP | S_IWOTH, "go-w");
}

FileList list_toml_files(const std::filesystem::path& directory) {
    FileList list;
    std::error_code error;
    if (!std::filesystem::exists(directory, error) && !error) {
        return list;
    }
    list.error = why_not_directory(directory);
    if (list.error) {
        return list;
    }
    std::filesystem::directory_iterator entries(directory, error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
        const std::filesystem::path& path = entries->path();
        if (path.extension() == ".toml" && !path.filename().string().starts_with('.')) {
            list.files.push_back(path);
        }
    }
    if (error) {
        list.error = "cannot be listed: " + error.message();
    }
    std::ranges::sort(list.files);
    return list;
}

}  // namespace cvmbackup
