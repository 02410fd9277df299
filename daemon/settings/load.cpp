#include "settings/account_reader.hpp"
#include "settings/config_file.hpp"
#include "settings/policy_reader.hpp"
#include "settings/secret_check.hpp"
#include "settings/spelling.hpp"

#include <algorithm>
#include <list>
#include <map>

namespace cvmbackup {

namespace {

namespace fs = std::filesystem;

// toml++ speaks plainly enough but for this.
std::string plain(std::string_view description) {
    const bool is_encoding = description.find("utf-8") != std::string_view::npos;
    return is_encoding ? "this is not UTF-8; save the file in that encoding"
                       : std::string(description);
}

class Loader {
public:
    Loader(const fs::path& directory, Instant now)
        : shown_(directory.string())
        , directory_(fs::absolute(directory).lexically_normal())
        , now_(now) {
        settings_.config_dir = directory_.string();
    }

    void load() {
        if (const auto why_not = why_not_directory(directory_)) {
            new_report(shown_, "").error({}, *why_not);
            return;
        }
        load_main();
        load_policies();
        check_names();
        check_accounts();
    }

    void check_secrets(const fs::path& credentials_dir) {
        for (const ReadAccount& read : accounts_) {
            if (const auto why_not =
                    why_not_credentials(read.account, directory_, credentials_dir)) {
                main_->error(read.secret_at, *why_not);
            }
        }
    }

    Loaded result() {
        Loaded loaded;
        for (const FileReport& report : reports_) {
            const auto& problems = report.problems();
            loaded.problems.insert(loaded.problems.end(), problems.begin(), problems.end());
        }
        std::ranges::sort(loaded.problems);
        if (std::ranges::find(loaded.problems, Severity::error, &Problem::severity) ==
            loaded.problems.end()) {
            loaded.settings = std::move(settings_);
        }
        return loaded;
    }

private:
    struct FiledPolicy {
        ReadPolicy read;
        FileReport* report;
    };

    FileReport& new_report(std::string shown, std::string text) {
        return reports_.emplace_back(std::move(shown), std::move(text));
    }

    // Reads and parses; what goes wrong is in the report.
    std::optional<toml::table> parse(const fs::path& path, FileReport*& report) {
        const std::string shown = path.lexically_relative(directory_).string();
        FileText file = read_config_file(path);
        report = &new_report(shown, file.text.value_or(""));
        if (!file.text) {
            report->error({}, file.error);
            return std::nullopt;
        }
        try {
            return toml::parse(std::string_view(report->text()), std::string_view(shown));
        } catch (const toml::parse_error& error) {
            const auto at = error.source().begin;
            report->error({at.line, at.column}, plain(error.description()));
            return std::nullopt;
        }
    }

    void load_main() {
        const auto table = parse(directory_ / "cvmbackup.toml", main_);
        if (!table) {
            return;
        }
        main_read_ = true;
        accounts_ = read_main_file(Reader(*table, *main_), settings_);
        for (const ReadAccount& read : accounts_) {
            settings_.accounts.push_back(read.account);
        }
        settings_.catalog_path = (directory_ / settings_.catalog_path).lexically_normal().string();
    }

    void load_policies() {
        const FileList list = list_toml_files(directory_ / "policies.d");
        if (list.error) {
            new_report("policies.d", "").error({}, *list.error);
        }
        for (const fs::path& path : list.files) {
            FileReport* report = nullptr;
            if (const auto table = parse(path, report)) {
                read_policies(Reader(*table, *report));
            }
        }
        if (list.files.empty() && !list.error) {
            new_report("policies.d", "").warning({}, "there is no policy, so nothing is backed up");
        }
    }

    void read_policies(Reader reader) {
        if (auto policies = reader.table("policy")) {
            for (const Found<std::string>& name : policies->keys()) {
                if (auto table = policies->table(name.value)) {
                    FileReport& report = reader.report();
                    policies_.push_back({read_policy(name, std::move(*table), now_), &report});
                }
            }
        }
        const std::string main_file = "it belongs in cvmbackup.toml";
        reader.finish(
            {{"account", main_file},
             {"catalog", main_file},
             {"metrics", main_file},
             {"limits", main_file}}
        );
    }

    void check_names() {
        std::map<PolicyName, const FiledPolicy*> first;
        for (const FiledPolicy& policy : policies_) {
            const auto [entry, is_new] = first.emplace(policy.read.policy.name, &policy);
            if (!is_new) {
                policy.report->error(
                    policy.read.name_at,
                    "policy '" + policy.read.policy.name.text() + "' is defined in " +
                        entry->second->report->shown() + " already"
                );
            }
        }
    }

    void check_accounts() {
        std::vector<std::string> names;
        for (const Account& account : settings_.accounts) {
            names.push_back(account.name.text());
        }
        for (FiledPolicy& filed : policies_) {
            Policy& policy = filed.read.policy;
            if (!filed.read.has_account && names.size() == 1) {
                policy.account = AccountName(names.front());
            } else if (!filed.read.has_account && names.size() > 1) {
                filed.report->error(
                    filed.read.account_at,
                    "'account' is missing, and there is more than one account"
                );
            } else if (main_read_ && !policy.account.empty() && !names.empty() &&
                       std::ranges::find(names, policy.account.text()) == names.end()) {
                filed.report->error(
                    filed.read.account_at,
                    "there is no account '" + policy.account.text() + "' in cvmbackup.toml" +
                        did_you_mean(policy.account.text(), names)
                );
            }
            settings_.policies.push_back(policy);
        }
        std::ranges::sort(settings_.policies, {}, &Policy::name);
    }

    std::string shown_;
    fs::path directory_;
    Instant now_;
    Settings settings_;
    std::list<FileReport> reports_;  // addresses stay
    FileReport* main_ = nullptr;
    bool main_read_ = false;
    std::vector<ReadAccount> accounts_;
    std::vector<FiledPolicy> policies_;
};

}  // namespace

Loaded load_settings(const fs::path& config_dir, Instant now) {
    Loader loader(config_dir, now);
    loader.load();
    return loader.result();
}

Loaded check_settings(const fs::path& config_dir, Instant now, const fs::path& credentials_dir) {
    Loader loader(config_dir, now);
    loader.load();
    loader.check_secrets(credentials_dir);
    return loader.result();
}

}  // namespace cvmbackup
