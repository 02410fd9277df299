// The words of interfaces.md for our enumerations: one table each, used for bus, JSON and SQL.
#include "model/backup.hpp"
#include "model/cloud_objects.hpp"
#include "model/finding.hpp"
#include "model/plan.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace cvmbackup {

namespace {

template <class Value, std::size_t n>
using Words = std::array<std::pair<Value, const char*>, n>;

constexpr Words<Trigger, 3> triggers{{
    {Trigger::schedule, "schedule"},
    {Trigger::catch_up, "catch-up"},
    {Trigger::manual, "manual"},
}};
constexpr Words<Result, 5> results{{
    {Result::ok, "ok"},
    {Result::partial, "partial"},
    {Result::failed, "failed"},
    {Result::skipped, "skipped"},
    {Result::cancelled, "cancelled"},
}};
constexpr Words<CopyKind, 4> copy_kinds{{
    {CopyKind::image, "image"},
    {CopyKind::replica, "replica"},
    {CopyKind::exported, "export"},
    {CopyKind::share, "share"},
}};
constexpr Words<CopyState, 10> copy_states{{
    {CopyState::planned, "planned"},
    {CopyState::intended, "intended"},
    {CopyState::accepted, "accepted"},
    {CopyState::done, "done"},
    {CopyState::failed, "failed"},
    {CopyState::skipped, "skipped"},
    {CopyState::cancelled, "cancelled"},
    {CopyState::deleting, "deleting"},
    {CopyState::deleted, "deleted"},
    {CopyState::lost, "lost"},
}};
constexpr Words<BackupState, 3> backup_states{{
    {BackupState::waiting, "waiting"},
    {BackupState::running, "running"},
    {BackupState::finished, "finished"},
}};
constexpr Words<ImageState, 8> image_states{{
    {ImageState::creating, "CREATING"},
    {ImageState::normal, "NORMAL"},
    {ImageState::create_failed, "CREATEFAILED"},
    {ImageState::syncing, "SYNCING"},
    {ImageState::importing, "IMPORTING"},
    {ImageState::import_failed, "IMPORTFAILED"},
    {ImageState::in_use, "USING"},
    {ImageState::unknown, "?"},
}};
constexpr Words<ExportFormat, 4> export_formats{{
    {ExportFormat::raw, "raw"},
    {ExportFormat::qcow2, "qcow2"},
    {ExportFormat::vhd, "vhd"},
    {ExportFormat::vmdk, "vmdk"},
}};

constexpr Words<BrakeReason, 5> brake_reasons{{
    {BrakeReason::many, "many"},
    {BrakeReason::stale, "stale"},
    {BrakeReason::clock, "clock"},
    {BrakeReason::disagreement, "disagreement"},
    {BrakeReason::adopted, "adopted"},
}};
constexpr Words<FindingKind, 6> finding_kinds{{
    {FindingKind::missing, "missing"},
    {FindingKind::unknown, "unknown"},
    {FindingKind::duplicate, "duplicate"},
    {FindingKind::wrong_state, "wrong-state"},
    {FindingKind::foreign, "foreign"},
    {FindingKind::leftover, "leftover"},
}};
constexpr Words<Mending, 4> mendings{{
    {Mending::none, "none"},
    {Mending::adopted, "adopted"},
    {Mending::marked, "marked"},
    {Mending::to_be_deleted, "to-be-deleted"},
}};

template <class Value, std::size_t n>
const char* word_of(const Words<Value, n>& words, Value value) {
    for (const auto& [candidate, word] : words) {
        if (candidate == value) {
            return word;
        }
    }
    return "?";
}

template <class Value, std::size_t n>
std::optional<Value> value_of(const Words<Value, n>& words, std::string_view text) {
    for (const auto& [value, word] : words) {
        if (text == word) {
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace

const char* to_text(BrakeReason reason) {
    return word_of(brake_reasons, reason);
}

const char* to_text(Trigger trigger) {
    return word_of(triggers, trigger);
}

const char* to_text(Result result) {
    return word_of(results, result);
}

const char* to_text(CopyKind kind) {
    return word_of(copy_kinds, kind);
}

const char* to_text(CopyState state) {
    return word_of(copy_states, state);
}

const char* to_text(BackupState state) {
    return word_of(backup_states, state);
}

const char* to_text(ImageState state) {
    return word_of(image_states, state);
}

const char* to_text(FindingKind kind) {
    return word_of(finding_kinds, kind);
}

const char* to_text(Mending mending) {
    return word_of(mendings, mending);
}

const char* to_text(ExportFormat format) {
    return word_of(export_formats, format);
}

const char* to_text(Consistency consistency) {
    return consistency == Consistency::running ? "running" : "power-off";
}

const char* to_text(Disks disks) {
    return disks == Disks::all ? "all" : "system";
}

std::optional<Trigger> trigger_from(std::string_view word) {
    return value_of(triggers, word);
}

std::optional<Result> result_from(std::string_view word) {
    return value_of(results, word);
}

std::optional<CopyKind> copy_kind_from(std::string_view word) {
    return value_of(copy_kinds, word);
}

std::optional<CopyState> copy_state_from(std::string_view word) {
    return value_of(copy_states, word);
}

std::optional<BackupState> backup_state_from(std::string_view word) {
    return value_of(backup_states, word);
}

std::optional<ExportFormat> export_format_from(std::string_view word) {
    return value_of(export_formats, word);
}

ImageState image_state_from(const std::string& word) {
    return value_of(image_states, word).value_or(ImageState::unknown);
}

bool in_flight(CopyState state) {
    return state == CopyState::planned || state == CopyState::intended ||
           state == CopyState::accepted;
}

}  // namespace cvmbackup
