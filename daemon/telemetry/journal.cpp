#include "telemetry/journal.hpp"

#include <span>
#include <utility>

namespace cvmbackup {

namespace {

LogLevel level_of(Result result) {
    switch (result) {
        case Result::failed:
            return LogLevel::error;
        case Result::partial:
            return LogLevel::warning;
        case Result::ok:
        case Result::skipped:
        case Result::cancelled:
            break;
    }
    return LogLevel::info;
}

LogLevel level_of(Notice::Level level) {
    switch (level) {
        case Notice::Level::error:
            return LogLevel::error;
        case Notice::Level::warning:
            return LogLevel::warning;
        case Notice::Level::info:
            break;
    }
    return LogLevel::info;
}

// Fields without a value are left out.
LogFields fields_of(LogFields fields) {
    std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
    return fields;
}

template <class Tag>
std::string number_text(Number<Tag> number) {
    return number == Number<Tag>() ? "" : std::to_string(number.value());
}

// " (12min)", or nothing if either end is not known.
std::string took(std::optional<Instant> begin, std::optional<Instant> end) {
    return begin && end ? " after " + to_text(*end - *begin) : "";
}

std::string count_text(std::size_t number, const std::string& one, const std::string& many) {
    return std::to_string(number) + " " + (number == 1 ? one : many);
}

std::string thing_of(const Copy& copy) {
    const std::string image = copy.image.empty() ? "" : " " + copy.image.text();
    switch (copy.kind) {
        case CopyKind::image:
            return "image" + image;
        case CopyKind::replica:
            return "replica" + image + " in " + copy.place.region.text();
        case CopyKind::exported:
            return "export to " + copy.bucket.text();
        case CopyKind::share:
            break;
    }
    return "share" + image + " in " + copy.place.region.text();
}

// ": the cloud's words (code LimitExceeded, request 0b1…)", or nothing.
std::string why(const Copy& copy) {
    std::string text = copy.reason.empty() ? "" : ": " + copy.reason;
    std::string source = copy.code.empty() ? "" : "code " + copy.code;
    if (!copy.request_id.empty()) {
        source += (source.empty() ? "request " : ", request ") + copy.request_id;
    }
    return source.empty() ? text : text + " (" + source + ")";
}

std::string size_and_time(const Copy& copy) {
    std::string text = std::to_string(copy.size_gib) + " GiB";
    if (copy.intended_at && copy.settled_at) {
        text += ", " + to_text(*copy.settled_at - *copy.intended_at);
    }
    return " (" + text + ")";
}

using Saying = std::pair<LogLevel, std::string>;

Saying saying_of_deletion(const CopyChanged& fact) {
    const Copy& copy = fact.copy;
    if (copy.state == CopyState::deleted) {
        if (fact.before != CopyState::deleting) {
            return {
                LogLevel::warning, thing_of(copy) + " is not in the cloud any more" + why(copy)};
        }
        return {LogLevel::info, thing_of(copy) + " is deleted"};
    }
    if (fact.before != CopyState::deleting) {
        return {LogLevel::info, thing_of(copy) + " is being deleted" + why(copy)};
    }
    if (copy.reason.empty()) {
        return {LogLevel::debug, thing_of(copy) + " is still there, and is judged anew"};
    }
    return {LogLevel::warning, thing_of(copy) + " is not deleted" + why(copy)};
}

Saying saying_of(const CopyChanged& fact) {
    const Copy& copy = fact.copy;
    const bool about_deletion = fact.before == CopyState::deleting ||
                                copy.state == CopyState::deleting ||
                                copy.state == CopyState::deleted;
    if (about_deletion) {
        return saying_of_deletion(fact);
    }
    switch (copy.state) {
        case CopyState::intended:
            return {LogLevel::debug, thing_of(copy) + " is being asked for" + why(copy)};
        case CopyState::accepted:
            return {LogLevel::debug, thing_of(copy) + " is being made" + why(copy)};
        case CopyState::done:
            return {LogLevel::info, thing_of(copy) + " is complete" + size_and_time(copy)};
        case CopyState::failed:
            return {LogLevel::warning, thing_of(copy) + " failed" + why(copy)};
        case CopyState::skipped:
            return {LogLevel::info, thing_of(copy) + " is skipped" + why(copy)};
        case CopyState::cancelled:
            return {LogLevel::info, thing_of(copy) + " is cancelled" + why(copy)};
        case CopyState::lost:
            return {LogLevel::error, thing_of(copy) + " is lost" + why(copy)};
        case CopyState::planned:
        case CopyState::deleting:
        case CopyState::deleted:
            break;
    }
    return {LogLevel::debug, thing_of(copy) + " is planned" + why(copy)};
}

// "web: ins-00000001 (web-1): "
std::string about(const PolicyName& policy, const InstanceId& instance, const std::string& name) {
    std::string text = policy.empty() ? "" : policy.text() + ": ";
    if (!instance.empty()) {
        text += instance.text() + (name.empty() ? "" : " (" + name + ")") + ": ";
    }
    return text;
}

std::string counts_text(const std::map<Result, std::size_t>& counts) {
    std::string text;
    for (const auto& [result, number] : counts) {
        text += (text.empty() ? "" : ", ") + std::to_string(number) + " " + to_text(result);
    }
    return text;
}

}  // namespace

void Journal::observe(const Fact& fact) {
    std::visit([this](const auto& its) { say(its); }, fact);
}

void Journal::say(const RunStarted& fact) {
    const Run& run = fact.run;
    seen_starting_.insert(run.id);
    std::string text = about(run.policy, {}, "") + "run " + number_text(run.id) + " begins (" +
                       to_text(run.trigger) + ", due " + to_rfc3339(run.due) +
                       "): " + count_text(fact.backups, "backup", "backups");
    if (fact.skipped > 0) {
        text += ", " + std::to_string(fact.skipped) + " skipped";
    }
    log_.write(
        {LogLevel::info,
         text,
         fields_of({{"CVMBACKUP_POLICY", run.policy.text()}, {"CVMBACKUP_JOB", number_text(run.id)}}
         )}
    );
}

void Journal::say(const RunFinished& fact) {
    const Run& run = fact.run;
    const Result result = run.result.value_or(Result::failed);
    std::string text = about(run.policy, {}, "") + "run " + number_text(run.id) + " is " +
                       to_text(result) + took(run.started, run.finished);
    const std::string counts = counts_text(ended_[run.id]);
    if (!counts.empty()) {
        const bool from_the_start = seen_starting_.contains(run.id);
        text += std::string(": ") + (from_the_start ? "" : "since the restart ") + counts;
    }
    if (!run.note.empty()) {
        text += "; " + run.note;
    }
    seen_starting_.erase(run.id);
    ended_.erase(run.id);
    log_.write(
        {level_of(result),
         text,
         fields_of({{"CVMBACKUP_POLICY", run.policy.text()}, {"CVMBACKUP_JOB", number_text(run.id)}}
         )}
    );
}

void Journal::say(const BackupStarted& fact) {
    const Backup& backup = fact.backup;
    begun_[backup.id] = {backup.run, backup.instance_name};
    log_.write(
        {LogLevel::debug,
         about(backup.policy, backup.instance, backup.instance_name) + "backup " +
             number_text(backup.id) + " begins",
         fields_of(
             {{"CVMBACKUP_POLICY", backup.policy.text()},
              {"CVMBACKUP_JOB", number_text(backup.run)},
              {"CVMBACKUP_BACKUP", number_text(backup.id)},
              {"CVMBACKUP_INSTANCE", backup.instance.text()}}
         )}
    );
}

void Journal::say(const BackupFinished& fact) {
    const Backup& backup = fact.backup;
    const Result result = backup.result.value_or(Result::failed);
    ++ended_[backup.run][result];
    begun_.erase(backup.id);
    std::string text = about(backup.policy, backup.instance, backup.instance_name) + "backup " +
                       number_text(backup.id) + " is " + to_text(result) +
                       took(backup.started, backup.finished);
    for (std::size_t i = 0; i < backup.reasons.size(); ++i) {
        text += (i == 0 ? ": " : "; ") + backup.reasons[i];
    }
    log_.write(
        {level_of(result),
         text,
         fields_of(
             {{"CVMBACKUP_POLICY", backup.policy.text()},
              {"CVMBACKUP_JOB", number_text(backup.run)},
              {"CVMBACKUP_BACKUP", number_text(backup.id)},
              {"CVMBACKUP_INSTANCE", backup.instance.text()}}
         )}
    );
}

void Journal::say(const CopyChanged& fact) {
    const auto found = begun_.find(fact.copy.backup);
    const Begun begun = found == begun_.end() ? Begun{} : found->second;
    const auto [level, text] = saying_of(fact);
    log_.write(
        {level,
         about(fact.policy, fact.instance, begun.name) + text,
         fields_of(
             {{"CVMBACKUP_POLICY", fact.policy.text()},
              {"CVMBACKUP_JOB", number_text(begun.run)},
              {"CVMBACKUP_BACKUP", number_text(fact.copy.backup)},
              {"CVMBACKUP_INSTANCE", fact.instance.text()},
              {"CVMBACKUP_REQUEST_ID", fact.copy.request_id}}
         )}
    );
}

void Journal::say(const RetentionPassed& fact) {
    LogLine line;
    line.level = fact.expired == 0 ? LogLevel::debug : LogLevel::info;
    line.text = "retention: " + count_text(fact.kept, "copy stays", "copies stay") + ", " +
                std::to_string(fact.expired) + " to delete";
    log_.write(line);
}

void Journal::say(const BrakeChanged& fact) {
    LogLine line;
    line.level = fact.stops.empty() ? LogLevel::info : LogLevel::warning;
    line.text = about(fact.policy, InstanceId(), "") + "retention: ";
    line.fields = fields_of({{"CVMBACKUP_POLICY", fact.policy.text()}});
    if (fact.stops.empty()) {
        line.text += "nothing stops deletions any more";
        log_.write(line);
        return;
    }
    line.text += "deletions are stopped: ";
    for (std::size_t i = 0; i < fact.stops.size(); ++i) {
        line.text += (i == 0 ? "" : "; ") + fact.stops[i].text;
    }
    line.text +=
        ". `cvmbackupctl plan " + fact.policy.text() + "` shows them, and how to let them go";
    log_.write(line);
}

void Journal::say(const Reconciled& fact) {
    const Reconciliation& pass = fact.pass;
    for (const Finding& finding : std::span(pass.findings).subspan(pass.known_findings)) {
        const bool by_hand = finding.mending == Mending::none;
        log_.write(
            {by_hand || finding.kind == FindingKind::missing ? LogLevel::warning : LogLevel::info,
             about(finding.policy, finding.instance, "") +
                 "catalog and cloud disagree: " + finding.text,
             fields_of(
                 {{"CVMBACKUP_POLICY", finding.policy.text()},
                  {"CVMBACKUP_INSTANCE", finding.instance.text()},
                  {"CVMBACKUP_FINDING", to_text(finding.kind)}}
             )}
        );
    }
    for (const std::string& trouble : pass.troubles) {
        log_.warning("catalog and cloud could not be compared: " + trouble);
    }
    log_.write(
        {LogLevel::debug,
         "catalog and cloud were compared in " + count_text(pass.places, "place", "places") + ": " +
             count_text(pass.findings.size(), "finding", "findings"),
         {}}
    );
}

void Journal::say(const ApiAnswered& fact) {
    std::string text = fact.action + " in " + fact.region.text() + ": " + fact.code + " after " +
                       std::to_string(fact.took.count() / 1000) + " ms";
    if (fact.throttled > Duration::zero()) {
        text += ", " + std::to_string(fact.throttled.count() / 1000) + " ms in the queue";
    }
    log_.write({LogLevel::debug, text, {}});
}

void Journal::say(const QuotaSeen& fact) {
    log_.write(
        {LogLevel::debug,
         fact.place.account.text() + " in " + fact.place.region.text() + ": " +
             std::to_string(fact.used) + " of " + std::to_string(fact.limit) + " images",
         {}}
    );
}

void Journal::say(const SettingsReloaded& fact) {
    if (fact.ok) {
        log_.info("the configuration was read" + (fact.text.empty() ? "" : ": " + fact.text));
    } else {
        log_.error("the configuration has errors, the old one stays in force: " + fact.text);
    }
}

void Journal::say(const Notice& fact) {
    log_.write(
        {level_of(fact.level),
         about(fact.policy, fact.instance, "") + fact.text,
         fields_of(
             {{"CVMBACKUP_POLICY", fact.policy.text()},
              {"CVMBACKUP_INSTANCE", fact.instance.text()}}
         )}
    );
}

}  // namespace cvmbackup
