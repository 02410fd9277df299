#include "cloud/error_table.hpp"

#include <span>

namespace cvmbackup {

namespace {

using enum Remedy;

// Order matters: sub-codes before the families they belong to.
constexpr ErrorRule api_rules[] = {
    {"RequestLimitExceeded*",
     retry_now,
     "the rate limit of the cloud was exceeded; the request was not executed"},

    {"AuthFailure.SignatureExpire",
     refresh_credentials,
     "the cloud refuses the time of the signature: the clock of this machine differs from the "
     "cloud's by more than 5 minutes; synchronise it (timedatectl set-ntp true)"},
    {"AuthFailure.TokenFailure",
     refresh_credentials,
     "the temporary credentials are no longer valid; new ones are needed"},
    {"UnauthorizedOperation.InvalidToken",
     refresh_credentials,
     "the temporary credentials are no longer valid; new ones are needed"},
    {"AuthFailure.CamRoleNameAuthenticateFailed",
     give_up,
     "the service role for exports does not exist or does not trust CVM; create CVM_QcsRole by "
     "allowing CVM to write to COS in the console, or name another role in the account's settings"},
    {"AuthFailure.SignatureFailure",
     give_up,
     "the cloud does not accept the signature; check secret_key of the account"},
    {"AuthFailure.InvalidSecretId", give_up, "secret_id is no key of API 3.0; check the account"},
    {"AuthFailure.SecretIdNotFound",
     give_up,
     "secret_id is unknown, deleted or disabled; check the account's credentials in the console"},
    {"AuthFailure.MFAFailure", give_up, "CAM demands multi-factor login; exempt this key from it"},
    {"UnauthorizedOperation.MFA*",
     give_up,
     "CAM demands multi-factor login; exempt this key from it"},
    {"UnauthorizedOperation.ImageNotBelongToAccount",
     give_up,
     "the image belongs to another account"},
    {"AuthFailure.UnauthorizedOperation",
     give_up,
     "CAM refuses {action}; allow this action to the key's user or role",
     Quote::yes},
    {"UnauthorizedOperation*",
     give_up,
     "CAM refuses {action}; allow this action to the key's user or role",
     Quote::yes},
    {"AuthFailure*", give_up, "the cloud rejects the credentials; check the account", Quote::yes},

    {"InternalError*", look_first, "the cloud had an internal error", Quote::yes},
    {"InternalServerError*", look_first, "the cloud had an internal error", Quote::yes},
    {"ResponseSizeLimitExceeded", look_first, "the cloud's answer was too large for itself"},

    {"ServiceUnavailable*", retry_later, "the service is temporarily unavailable"},
    {"ResourceUnavailable.SnapshotCreating", retry_later, "a snapshot of a disk is being made"},
    {"ResourceUnavailable*", retry_later, "a resource is temporarily unavailable", Quote::yes},
    {"ResourceInUse.DiskRollbacking", retry_later, "a disk is being rolled back to a snapshot"},
    {"ResourceInUse*", retry_later, "another operation is using it", Quote::yes},
    {"ResourceBusy*", retry_later, "it is busy with another operation", Quote::yes},
    {"MutexOperation.TaskRunning", retry_later, "the same task is running already"},
    {"OperationDenied.InstanceOperationInProgress",
     retry_later,
     "another operation of the instance is in progress"},
    {"InvalidParameterValue.InvalidImageState",
     retry_later,
     "the image is taken by another operation"},
    {"FailedOperation.InvalidImageState", retry_later, "the image is taken by another operation"},
    {"InvalidImageId.IncorrectState", retry_later, "the image's state does not allow it now"},
    {"UnsupportedOperation.InstanceState*",
     retry_later,
     "the instance's state does not allow it now; running and stopped instances can be imaged",
     Quote::yes},
    {"LimitExceeded.ExportImageTaskLimitExceeded",
     retry_later,
     "as many exports as the cloud allows are running in {region}"},
    {"InvalidRegion.Unavailable",
     retry_later,
     "a destination region takes no copies at the moment"},

    // Names are unique per attempt: most likely an earlier request of ours was executed.
    {"InvalidImageName.Duplicate", look_first, "an image of this name exists already"},

    {"ImageQuotaLimitExceeded",
     give_up,
     "the image quota of {target} is full; delete images or ask for a higher quota"},
    {"OverQuota", give_up, "a quota of the cloud is used up", Quote::yes},
    {"LimitExceeded*", give_up, "a quota of the cloud is used up", Quote::yes},
    {"InvalidAccount.InsufficientBalance", give_up, "the account has no balance; top it up"},
    {"ResourceInsufficient*", give_up, "the cloud is out of this resource", Quote::yes},
    {"ResourcesSoldOut*", give_up, "the cloud is out of this resource", Quote::yes},

    {"InvalidInstanceId.NotFound", give_up, "the instance does not exist (any more) in {region}"},
    {"InvalidInstance.NotSupported", give_up, "the cloud makes no images of this kind of instance"},
    {"InvalidImageId.NotFound", give_up, "the image does not exist (any more) in {region}"},
    {"InvalidImageId.InShared",
     give_up,
     "the image is shared with other accounts; it must be unshared before it can be deleted"},
    {"InvalidImageId.TooLarge", give_up, "the image is too large to be copied"},
    {"InvalidParameterValue.InvalidImageIdIsShared",
     give_up,
     "the image belongs to another account, which shares it with this one"},
    {"InvalidParameter.InstanceImageNotSupport",
     give_up,
     "the cloud does not do this with whole-machine images (with data disks)"},
    {"UnsupportedOperation.NotSupportInstanceImage",
     give_up,
     "the cloud makes no whole-machine image of this instance; use disks = \"system\""},
    {"InvalidParameter.LocalDataDiskNotSupport",
     give_up,
     "a data disk is a local disk, which cannot be part of an image"},
    {"InvalidParameter.DataDiskNotBelongSpecifiedInstance",
     give_up,
     "a data disk is not attached to the instance any more"},
    {"UnsupportedOperation.StoppedModeStopCharging",
     give_up,
     "the instance is stopped without charging (STOP_CHARGING) and cannot be imaged; start it, or "
     "stop it with charging kept"},
    {"UnsupportedOperation.EncryptedImagesNotSupported",
     give_up,
     "the cloud does not do this with encrypted images"},
    {"UnsupportedOperation.WindowsImageExportUnsupported",
     give_up,
     "Windows images cannot be exported"},
    {"UnsupportedOperation.RedHatImageExportUnsupported",
     give_up,
     "Red Hat images cannot be exported"},
    {"UnsupportedOperation.MarketImageExportUnsupported",
     give_up,
     "images that come from a marketplace image cannot be exported"},
    {"UnsupportedOperation.PublicImageExportUnsupported",
     give_up,
     "public images cannot be exported"},
    {"UnsupportedOperation.SharedImageExportUnsupported",
     give_up,
     "images of other accounts cannot be exported"},
    {"UnsupportedOperation.ImageTooLargeExportUnsupported",
     give_up,
     "the image is too large to be exported; each disk may have 500 GiB at most"},
    {"InvalidParameterValue.InvalidImageOsName",
     give_up,
     "images of this operating system are not supported in {region}"},
    {"InvalidParameterValue.BucketNotFound",
     give_up,
     "the bucket does not exist in {region}; exports need a bucket in the image's region"},
    {"InvalidParameterValue.InvalidBucketPermissionForExport",
     give_up,
     "CVM may not write to the bucket; give its service role (CVM_QcsRole) write permission"},
    {"InvalidRegion.NotFound", give_up, "a destination region does not exist"},
    {"UnsupportedRegion", give_up, "{action} is not offered in {region}"},
    {"IpInBlacklist", give_up, "the address of this machine is on the account's black list"},
    {"IpNotInWhitelist", give_up, "the address of this machine is not on the account's white list"},
    {"*", give_up, "the cloud refuses", Quote::yes},
};

constexpr ErrorRule cos_rules[] = {
    {"RequestTimeTooSkewed",
     refresh_credentials,
     "COS refuses the time of the signature: the clock of this machine is off; synchronise it "
     "(timedatectl set-ntp true)"},
    {"ExpiredToken", refresh_credentials, "the temporary credentials are no longer valid"},
    {"InvalidAccessKeyId", give_up, "secret_id is unknown to COS; check the account"},
    {"SignatureDoesNotMatch", give_up, "COS does not accept the signature; check secret_key"},
    {"AccessDenied",
     give_up,
     "access to {object} is refused; allow {action} to the key's user or role",
     Quote::yes},
    {"NoSuchBucket", give_up, "{object} does not exist in {region}; check its name and region"},
    {"InvalidObjectState", give_up, "the object is archived; restore it first"},
    {"InternalError", look_first, "COS had an internal error"},
    {"ServiceUnavailable", retry_later, "COS is temporarily unavailable"},
    {"SlowDown", retry_now, "COS asks for fewer requests"},
    {"*", give_up, "COS refuses", Quote::yes},
};

bool fits(std::string_view pattern, std::string_view code) {
    if (pattern.ends_with('*'))
        return code.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == code;
}

// The last row of a table fits everything.
const ErrorRule& first_fitting(std::span<const ErrorRule> rules, std::string_view code) {
    for (const ErrorRule& rule : rules)
        if (fits(rule.pattern, code))
            return rule;
    return rules.back();
}

}  // namespace

const ErrorRule& api_rule(std::string_view code) {
    return first_fitting(api_rules, code);
}

const ErrorRule& cos_rule(std::string_view code) {
    return first_fitting(cos_rules, code);
}

}  // namespace cvmbackup
