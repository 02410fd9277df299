#include "behaviour_reader.hpp"

#include <algorithm>
#include <utility>

namespace cloudsim {
namespace {

template <class Value>
using Choices = std::vector<std::pair<const char*, Value>>;

template <class Value>
void read_choice(
    TomlTable& reader, std::string_view key, const Choices<Value>& choices, Value& value
) {
    std::vector<std::string> names;
    for (const auto& choice : choices) {
        names.emplace_back(choice.first);
    }
    const auto name = reader.one_of(key, names);
    for (const auto& choice : choices) {
        if (name == choice.first) {
            value = choice.second;
        }
    }
}

void read_flags(TomlTable& reader, Behaviour& behaviour) {
    const auto flag = [&reader](std::string_view key, bool& value) {
        value = reader.boolean(key).value_or(value);
    };
    flag("image_names_unique", behaviour.image_names_unique);
    flag("source_busy_during_copy", behaviour.source_busy_during_copy);
    flag("source_busy_during_export", behaviour.source_busy_during_export);
    flag("poweroff_stays_off", behaviour.poweroff_stays_off);
    flag("bare_bucket_names", behaviour.bare_bucket_names);
    flag("doubtful_regions", behaviour.doubtful_regions);
    flag("image_snapshots_count", behaviour.image_snapshots_count);
    flag("snapshots_cross_border", behaviour.snapshots_cross_border);
    flag("orphan_snapshots_usable", behaviour.orphan_snapshots_usable);
    flag("hardened_metadata", behaviour.hardened_metadata);
    behaviour.cos_clock_skew = reader.duration("cos_clock_skew").value_or(behaviour.cos_clock_skew);
    const auto range = [&reader](std::string_view key, DurationRange& value) {
        value = reader.duration_range(key).value_or(value);
    };
    range("list_delay", behaviour.list_delay);
    range("tags_late", behaviour.tags_late);
}

void read_refusals(TomlTable& reader, Behaviour& behaviour) {
    read_choice<PartialSync>(
        reader,
        "partial_sync",
        {{"others-begin", PartialSync::others_begin},
         {"others-begin-silently", PartialSync::others_begin_silently},
         {"none-begins", PartialSync::none_begins}},
        behaviour.partial_sync
    );
    read_choice<ImageDeletion>(
        reader,
        "deletion",
        {{"until-refused", ImageDeletion::until_refused},
         {"all-or-nothing", ImageDeletion::all_or_nothing}},
        behaviour.deletion
    );
    read_choice<SecondExport>(
        reader,
        "second_export",
        {{"refused", SecondExport::refused}, {"overwrites", SecondExport::overwrites}},
        behaviour.second_export
    );
    read_choice<DeletionDuringExport>(
        reader,
        "delete_during_export",
        {{"export-lost", DeletionDuringExport::export_lost},
         {"refused", DeletionDuringExport::refused}},
        behaviour.delete_during_export
    );
    read_choice<DuplicateIds>(
        reader,
        "duplicate_ids",
        {{"refused", DuplicateIds::refused}, {"once", DuplicateIds::once}},
        behaviour.duplicate_ids
    );
}

void read_restores(TomlTable& reader, Behaviour& behaviour) {
    behaviour.import_tells_id =
        reader.boolean("import_tells_id").value_or(behaviour.import_tells_id);
    read_choice<BadImportUrl>(
        reader,
        "bad_import_url",
        {{"fails-late", BadImportUrl::fails_late}, {"refused", BadImportUrl::refused}},
        behaviour.bad_import_url
    );
    read_choice<WholeMachineLaunch>(
        reader,
        "whole_machine_launch",
        {{"system-disk-only", WholeMachineLaunch::system_disk_only},
         {"refused", WholeMachineLaunch::refused},
         {"all-disks", WholeMachineLaunch::all_disks}},
        behaviour.whole_machine_launch
    );
    read_choice<SnapshotDiskSize>(
        reader,
        "snapshot_disk_size",
        {{"larger", SnapshotDiskSize::larger},
         {"at-least", SnapshotDiskSize::at_least},
         {"equal", SnapshotDiskSize::equal}},
        behaviour.snapshot_disk_size
    );
}

}  // namespace

void read_behaviour(const toml::table& table, Problems& problems, Behaviour& behaviour) {
    TomlTable reader{table, problems};
    read_flags(reader, behaviour);
    read_refusals(reader, behaviour);
    read_restores(reader, behaviour);
    read_choice<ExportNames>(
        reader,
        "export_names",
        {{"documented", ExportNames::documented},
         {"underscore", ExportNames::underscore},
         {"example", ExportNames::example},
         {"console", ExportNames::console},
         {"console-objects", ExportNames::console_objects}},
        behaviour.export_names
    );
    read_choice<DryRunAnswer>(
        reader,
        "dry_run",
        {{"request-id", DryRunAnswer::request_id}, {"error", DryRunAnswer::error}},
        behaviour.dry_run
    );
    read_choice<FailedCopy>(
        reader,
        "failed_copy",
        {{"vanishes", FailedCopy::vanishes}, {"create-failed", FailedCopy::create_failed}},
        behaviour.failed_copy
    );
    read_choice<FailedExport>(
        reader,
        "failed_export",
        {{"nothing", FailedExport::nothing},
         {"partial-object", FailedExport::partial_object},
         {"empty-object", FailedExport::empty_object},
         {"upload", FailedExport::upload}},
        behaviour.failed_export
    );
    read_choice<SnapshotTimes>(
        reader,
        "snapshot_times",
        {{"beijing", SnapshotTimes::beijing}, {"utc", SnapshotTimes::utc}},
        behaviour.snapshot_times
    );
    read_choice<PoweroffFalse>(
        reader,
        "poweroff_false",
        {{"soft-if-omitted", PoweroffFalse::soft_if_omitted},
         {"soft", PoweroffFalse::soft},
         {"live", PoweroffFalse::live}},
        behaviour.poweroff_false
    );
    reader.finish();
}

}  // namespace cloudsim
