#include "settings/account_reader.hpp"

#include "settings/names.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

namespace {

constexpr Duration compare_every_least = std::chrono::minutes(10);
constexpr Duration compare_every_most = std::chrono::days(7);
constexpr int in_flight_max = 100'000;

// "host:port" or "[v6]:port" → host and port; the port may be missing.
struct Authority {
    std::string host;
    std::optional<int> port;
    bool valid = false;
};

std::optional<int> port_number(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return port;
}

Authority split(std::string_view text) {
    const bool bracketed = text.starts_with('[');
    const std::size_t host_end = bracketed ? text.find(']') : text.find(':');
    if (bracketed && host_end == std::string_view::npos) {
        return {};
    }
    Authority authority;
    authority.host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
    std::string_view rest;
    if (host_end != std::string_view::npos) {
        rest = text.substr(host_end + (bracketed ? 1 : 0));
    }
    if (rest.starts_with(':')) {
        authority.port = port_number(rest.substr(1));
        authority.valid = authority.port.has_value();
    } else {
        authority.valid = rest.empty();
    }
    authority.valid = authority.valid && !authority.host.empty();
    return authority;
}

bool is_address(const std::string& host) {
    in6_addr buffer{};
    return inet_pton(AF_INET, host.c_str(), &buffer) == 1 ||
           inet_pton(AF_INET6, host.c_str(), &buffer) == 1;
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

// What an endpoint may hold, for the cloud room to replace; stand-ins take their places here.
using Placeholders = std::vector<std::string_view>;

std::string with_stand_ins(std::string text, const Placeholders& placeholders) {
    for (const std::string_view placeholder : placeholders) {
        for (auto at = text.find(placeholder); at != std::string::npos;
             at = text.find(placeholder)) {
            text.replace(at, placeholder.size(), "x");
        }
    }
    return text;
}

std::string why_not_placeholder(
    const std::string& key, const std::string& unknown, const Placeholders& placeholders
) {
    if (placeholders.empty()) {
        return "'" + key + "' takes no placeholders, but there is '" + unknown + "'";
    }
    std::string known;
    for (const std::string_view placeholder : placeholders) {
        known += ' ' + std::string(placeholder);
    }
    return "'" + key + "': unknown placeholder '" + unknown + "'; there are" + known;
}

std::string read_endpoint(
    Reader& reader, const char* key, const Placeholders& placeholders, bool secrets_travel
) {
    const auto found = reader.text(key);
    if (!found || found->value.empty()) {
        return "";
    }
    const std::string endpoint = with_stand_ins(found->value, placeholders);
    if (const auto open = endpoint.find('{'); open != std::string::npos) {
        const auto close = endpoint.find('}', open);
        const std::string unknown = endpoint.substr(open, close - open + 1);
        reader.report().error(found->at, why_not_placeholder(key, unknown, placeholders));
        return found->value;
    }
    std::string_view rest = endpoint;
    const bool is_plain = rest.starts_with("http://");
    const bool is_tls = rest.starts_with("https://");
    rest.remove_prefix(is_plain ? 7 : is_tls ? 8 : 0);
    const Authority authority = split(rest);
    const bool host_ok = authority.host.find_first_not_of(
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:"
                         ) == std::string::npos;
    if ((!is_plain && !is_tls) || !authority.valid || !host_ok) {
        reader.report().error(
            found->at,
            "'" + std::string(key) + "' must look like https://HOST or https://HOST:PORT, not '" +
                found->value + "'"
        );
    } else if (is_plain && secrets_travel && !is_loopback(authority.host)) {
        reader.report().warning(
            found->at,
            "'" + std::string(key) +
                "' is not encrypted: others on the way can read and repeat "
                "what is sent; use https://"
        );
    }
    return found->value;
}

void read_secret_file(Reader& reader, ReadAccount& read) {
    const auto found = reader.text("secret_file");
    read.secret_at = found ? found->at : reader.at();
    if (read.account.credentials != CredentialSource::file) {
        if (found) {
            reader.report().error(
                found->at,
                "'secret_file' is read only with credentials = \"file\"; drop one of them"
            );
        }
        return;
    }
    if (found && found->value.empty()) {
        reader.report().error(found->at, "'secret_file' is empty");
    }
    read.account.secret_file = found ? found->value : read.account.name.text() + ".secret";
}

ReadAccount read_account(const Found<std::string>& name, Reader reader) {
    ReadAccount read;
    check_name(name, "account name", reader.report());
    read.account.name = AccountName(name.value);
    const auto credentials = reader.word<CredentialSource>(
        "credentials",
        {{"file", CredentialSource::file},
         {"env", CredentialSource::environment},
         {"instance-role", CredentialSource::instance_role}}
    );
    read.account.credentials = credentials ? credentials->value : CredentialSource::file;
    read_secret_file(reader, read);
    read.account.api_endpoint =
        read_endpoint(reader, "api_endpoint", {"{service}", "{region}"}, true);
    read.account.cos_endpoint =
        read_endpoint(reader, "cos_endpoint", {"{bucket}", "{region}"}, true);
    // The metadata service speaks plain HTTP on a link-local address.
    read.account.metadata_endpoint = read_endpoint(reader, "metadata_endpoint", {}, false);
    if (const auto role = reader.text("role_name")) {
        if (role->value.empty()) {
            reader.report().error(role->at, "'role_name' is empty; leave the key out");
        }
        read.account.role_name = role->value;
    }
    reader.finish();
    return read;
}

bool valid_listen(const std::string& listen) {
    if (listen.empty() || listen.starts_with("unix:/")) {
        return true;
    }
    const Authority authority = split(listen);
    return authority.valid && authority.port && is_address(authority.host);
}

void read_metrics(Reader reader, Settings& settings) {
    if (const auto listen = reader.text("listen")) {
        if (!valid_listen(listen->value)) {
            reader.report().error(
                listen->at,
                "'listen' must be ADDRESS:PORT such as 127.0.0.1:9877 or [::1]:9877, unix:/PATH, "
                "or "
                "\"\" for no endpoint, not '" +
                    listen->value + "'"
            );
        }
        settings.metrics_listen = listen->value;
    }
    if (const auto instances = reader.boolean("instances")) {
        settings.instance_metrics = instances->value;
    }
    reader.finish();
}

void read_catalog(Reader reader, Settings& settings) {
    if (const auto path = reader.text("path")) {
        if (path->value.empty()) {
            reader.report().error(path->at, "'path' is empty; leave the key out");
        }
        settings.catalog_path = path->value;
    }
    if (const auto every = reader.duration("compare_every")) {
        if (every->value < compare_every_least || every->value > compare_every_most) {
            reader.report().error(every->at, "'compare_every' must be 10min to 7d");
        }
        settings.compare_every = every->value;
    }
    reader.finish();
}

void read_limits(Reader reader, Settings& settings) {
    if (const auto count = reader.integer("backups_in_flight", 0, in_flight_max)) {
        settings.backups_in_flight = count->value;
    }
    reader.finish();
}

}  // namespace

std::vector<ReadAccount> read_main_file(Reader reader, Settings& settings) {
    std::vector<ReadAccount> accounts;
    bool any_account = false;
    if (auto table = reader.table("account")) {
        for (const Found<std::string>& name : table->keys()) {
            any_account = true;
            if (auto account = table->table(name.value)) {
                accounts.push_back(read_account(name, std::move(*account)));
            }
        }
    }
    if (!any_account) {
        reader.report().error(
            {}, "there is no account; add [account.NAME] with credentials and secret_file"
        );
    }
    if (auto table = reader.table("catalog")) {
        read_catalog(std::move(*table), settings);
    }
    if (auto table = reader.table("metrics")) {
        read_metrics(std::move(*table), settings);
    }
    if (auto table = reader.table("limits")) {
        read_limits(std::move(*table), settings);
    }
    reader.finish({{"policy", "policies are read from policies.d/*.toml"}});
    return accounts;
}

}  // namespace cvmbackup
