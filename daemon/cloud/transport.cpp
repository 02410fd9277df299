#include "cloud/transport.hpp"

#include "cloud/text.hpp"

namespace cvmbackup {

std::string_view find_header(const HttpHeaders& headers, std::string_view name) {
    for (const auto& [key, value] : headers)
        if (same_ignoring_case(key, name))
            return value;
    return {};
}

void set_header(HttpHeaders& headers, std::string_view name, std::string value) {
    for (auto& [key, old] : headers) {
        if (same_ignoring_case(key, name)) {
            old = std::move(value);
            return;
        }
    }
    headers.emplace_back(name, std::move(value));
}

}  // namespace cvmbackup
