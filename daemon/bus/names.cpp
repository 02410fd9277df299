#include "bus/names.hpp"

namespace cvmbackup::bus {

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::string escaped(std::string_view label) {
    constexpr std::string_view hex = "0123456789abcdef";
    if (label.empty()) {
        return "_";
    }
    std::string result;
    for (const char c : label) {
        if (is_letter(c) || (is_digit(c) && !result.empty())) {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += '_';
        result += hex[byte >> 4U];
        result += hex[byte & 15U];
    }
    return result;
}

std::string policy_path(const PolicyName& policy) {
    return std::string(root_path) + "/policy/" + escaped(policy.text());
}

std::string job_path(RunId run) {
    return std::string(root_path) + "/job/" + std::to_string(run.value());
}

bool is_error_word(std::string_view code) {
    bool at_begin = true;
    for (const char c : code) {
        if (c == '.' && !at_begin) {
            at_begin = true;
            continue;
        }
        if (!is_letter(c) && c != '_' && (at_begin || !is_digit(c))) {
            return false;
        }
        at_begin = false;
    }
    return !at_begin && code.size() <= 128;
}

}  // namespace cvmbackup::bus
