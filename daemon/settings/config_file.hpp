// Takes configuration files from the disk, and refuses those that others could have changed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

// Exactly one of text and error is set.
struct FileText {
    std::optional<std::string> text;
    std::string error;
};

// A regular file of at most 1 MiB that neither group nor others may write.
FileText read_config_file(const std::filesystem::path& path);

// Whether the account's secret can be used: there, readable, and closed to everybody else unless it
// was handed over by systemd (`by_systemd`).
std::optional<std::string> why_not_secret(const std::filesystem::path& path, bool by_systemd);

// Sorted paths of *.toml in a directory, without hidden files. A directory that does not exist is
// empty; one that cannot be listed, or that others may write, is an error.
struct FileList {
    std::vector<std::filesystem::path> files;
    std::optional<std::string> error;
};

FileList list_toml_files(const std::filesystem::path& directory);

// What is wrong with a directory that must exist.
std::optional<std::string> why_not_directory(const std::filesystem::path& directory);

}  // namespace cvmbackup
