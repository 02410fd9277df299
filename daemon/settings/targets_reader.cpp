#include "rules/exportable.hpp"
#include "rules/regions.hpp"
#include "settings/names.hpp"
#include "settings/policy_parts.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

constexpr int keep_count_max = 10'000;
constexpr const char* prefix_default = "{policy}/{instance}/{time}";
constexpr std::size_t bucket_label_max = 60;  // COS: bucket and app id together

bool keeps_everything(const Keep& keep) {
    return keep.last == 0 && keep.daily == 0 && keep.weekly == 0 && keep.monthly == 0 &&
           keep.yearly == 0 && keep.within == Duration{0};
}

std::optional<Keep> read_keep(Reader& reader) {
    auto table = reader.table("keep");
    if (!table) {
        return std::nullopt;
    }
    const std::size_t errors_before = reader.report().errors();
    Keep keep;
    const auto count = [&](const char* key, int& value, int least) {
        if (const auto found = table->integer(key, least, keep_count_max)) {
            value = found->value;
        }
    };
    count("last", keep.last, 0);
    count("daily", keep.daily, 0);
    count("weekly", keep.weekly, 0);
    count("monthly", keep.monthly, 0);
    count("yearly", keep.yearly, 0);
    count("min_good", keep.min_good, 1);
    if (const auto within = table->duration("within")) {
        keep.within = within->value;
    }
    table->finish();
    if (keeps_everything(keep) && reader.report().errors() == errors_before) {
        reader.report().warning(
            table->at(), "'keep' names nothing to keep, so everything is kept for ever"
        );
    }
    return keep;
}

void read_copy(Reader& reader, Policy& policy) {
    ReplicaTarget target;
    const auto region = read_region(reader, "say where the copy goes: region = \"ap-shanghai\"");
    target.region = region.value;
    target.keep = read_keep(reader).value_or(policy.keep);
    reader.finish();
    if (target.region.empty()) {
        return;
    }
    if (!policy.region.empty()) {
        if (const auto why_not = why_not_copy(policy.region, target.region)) {
            reader.report().error(region.at, *why_not);
        }
    }
    if (std::ranges::find(policy.replicas, target.region, &ReplicaTarget::region) !=
        policy.replicas.end()) {
        reader.report().error(
            region.at, "the policy has a copy in " + target.region.text() + " already"
        );
    }
    policy.replicas.push_back(std::move(target));
}

std::optional<std::string> why_not_bucket(const std::string& bucket) {
    const std::size_t dash = bucket.rfind('-');
    const std::string app_id = dash == std::string::npos ? "" : bucket.substr(dash + 1);
    if (dash == 0 || app_id.size() < 5 ||
        app_id.find_first_not_of("0123456789") != std::string::npos) {
        return "must end with the account's APPID, as in ops-backup-1250000000";
    }
    if (bucket.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos ||
        bucket.starts_with('-') || bucket[dash - 1] == '-') {
        return "may hold only small letters, digits, and '-' between them";
    }
    if (bucket.size() > bucket_label_max) {
        return "is longer than " + std::to_string(bucket_label_max) + " characters";
    }
    return std::nullopt;
}

void read_bucket(Reader& reader, ExportTarget& target) {
    if (!reader.has("bucket")) {
        reader.take("bucket");
        reader.report_missing(
            "bucket", "name one in the policy's region, with its APPID: ops-backup-1250000000"
        );
        return;
    }
    const auto found = reader.text("bucket");
    if (!found) {
        return;
    }
    if (const auto why_not = why_not_bucket(found->value)) {
        reader.report().error(found->at, "bucket '" + found->value + "' " + *why_not);
        return;
    }
    target.bucket = BucketName(found->value);
}

ExportTarget read_export(Reader& reader, const Policy& policy) {
    ExportTarget target;
    read_bucket(reader, target);
    target.prefix = prefix_default;
    if (auto prefix = reader.text("prefix")) {
        if (const auto why_not = why_not_prefix(prefix->value, policy.name)) {
            reader.report().error(prefix->at, "'prefix': " + *why_not);
        }
        target.prefix = std::move(prefix->value);
    }
    const auto format = reader.word<ExportFormat>(
        "format",
        {{"raw", ExportFormat::raw},
         {"qcow2", ExportFormat::qcow2},
         {"vhd", ExportFormat::vhd},
         {"vmdk", ExportFormat::vmdk}}
    );
    const auto every = reader.word<Every>(
        "every",
        {{"backup", Every::backup},
         {"daily", Every::day},
         {"weekly", Every::week},
         {"monthly", Every::month},
         {"yearly", Every::year}}
    );
    target.format = format ? format->value : ExportFormat::qcow2;
    target.every = every ? every->value : Every::backup;
    target.keep = read_keep(reader).value_or(policy.keep);
    reader.finish({{"region", "a bucket must be in the region of the policy, which is used"}});
    return target;
}

}  // namespace

void read_targets(Reader& reader, Policy& policy) {
    const bool has_keep = reader.has("keep");
    policy.keep = read_keep(reader).value_or(Keep{});
    if (!has_keep) {
        reader.report().warning(reader.at(), "'keep' is missing, so everything is kept for ever");
    }
    auto copies = reader.tables("copy");
    for (Reader& copy : copies) {
        read_copy(copy, policy);
    }
    if (!copies.empty() && policy.disks == Disks::all) {
        reader.report().warning(
            copies.front().at(),
            "the cloud does not copy whole-machine images, so backups of instances with data disks "
            "will end partial; set disks = \"system\", or drop [[copy]]"
        );
    }
    if (auto exported = reader.table("export")) {
        policy.exported = read_export(*exported, policy);
    }
}

}  // namespace cvmbackup
