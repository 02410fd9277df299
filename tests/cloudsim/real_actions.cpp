// The names of real actions and products, to tell what is not simulated from what does not exist:
// every action of the services that are simulated in part, and every product, of
// tencentcloud-sdk-nodejs 4.1.313 and tencentcloud-sdk-nodejs-cvm 4.1.316.
#include "real_actions.hpp"

#include "text.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

struct ServiceActions {
    std::string_view service;
    std::string_view names;
};

constexpr auto services = std::to_array<ServiceActions>({
    {"cvm",
     "AllocateHosts AssociateInstancesKeyPairs AssociateSecurityGroups ConfigureChcAssistVpc "
     "ConfigureChcDeployVpc ConvertOperatingSystems CreateDisasterRecoverGroup CreateHpcCluster "
     "CreateImage CreateKeyPair CreateLaunchTemplate CreateLaunchTemplateVersion "
     "DeleteDisasterRecoverGroups DeleteHpcClusters DeleteImages DeleteInstancesActionTimer "
     "DeleteInstancesDisasterRecoverGroups DeleteKeyPairs DeleteLaunchTemplate "
     "DeleteLaunchTemplateVersions DescribeAccountQuota DescribeChcDeniedActions "
     "DescribeChcHosts DescribeDisasterRecoverGroupQuota DescribeDisasterRecoverGroups "
     "DescribeHosts DescribeHpcClusters DescribeImageFromFamily DescribeImageQuota "
     "DescribeImageSharePermission DescribeImages DescribeImportImageOs "
     "DescribeInstanceFamilyConfigs DescribeInstanceInternetBandwidthConfigs "
     "DescribeInstanceTypeConfigs DescribeInstanceVncUrl DescribeInstances "
     "DescribeInstancesActionTimer DescribeInstancesAttributes DescribeInstancesModification "
     "DescribeInstancesOperationLimit DescribeInstancesStatus DescribeInternetChargeTypeConfigs "
     "DescribeKeyPairs DescribeLaunchTemplateVersions DescribeLaunchTemplates DescribeRegions "
     "DescribeResourcePoolPackInstances DescribeResourcePoolPackTypeConfigs "
     "DescribeResourcePoolPacks DescribeTaskInfo DescribeZoneInstanceConfigInfos DescribeZones "
     "DisassociateInstancesKeyPairs DisassociateSecurityGroups EnterRescueMode ExitRescueMode "
     "ExportImages ImportImage ImportInstancesActionTimer ImportKeyPair "
     "InquirePricePurchaseResourcePoolPacks InquiryPriceModifyInstancesChargeType "
     "InquiryPriceRenewHosts InquiryPriceRenewInstances InquiryPriceResetInstance "
     "InquiryPriceResetInstancesInternetMaxBandwidth InquiryPriceResetInstancesType "
     "InquiryPriceResizeInstanceDisks InquiryPriceRunInstances InquiryPriceTerminateInstances "
     "ModifyChcAttribute ModifyChcNetworkMode ModifyDisasterRecoverGroupAttribute "
     "ModifyHostsAttribute ModifyHpcClusterAttribute ModifyImageAttribute "
     "ModifyImageSharePermission ModifyInstanceDiskType ModifyInstancesAttribute "
     "ModifyInstancesChargeType ModifyInstancesDisasterRecoverGroup ModifyInstancesProject "
     "ModifyInstancesRenewFlag ModifyInstancesVpcAttribute ModifyKeyPairAttribute "
     "ModifyLaunchTemplateDefaultVersion ProgramFpgaImage PurchaseResourcePoolPacks "
     "RebootInstances RemoveChcAssistVpc RemoveChcDeployVpc RenewHosts RenewInstances "
     "RepairTaskControl ResetInstance ResetInstancesInternetMaxBandwidth ResetInstancesPassword "
     "ResetInstancesType ResizeInstanceDisks RunInstances StartInstances StopInstances "
     "SyncImages TerminateInstances TerminateResourcePoolPacks"},
    {"cbs",
     "ApplyDiskBackup ApplySnapshot ApplySnapshotGroup AttachDisks AttachRemoteDisks "
     "BindAutoSnapshotPolicy CopyAutoSnapshotPolicyCrossAccount CopySnapshotCrossRegions "
     "CreateAutoSnapshotPolicy CreateDiskBackup CreateDisks CreateRemoteDisks CreateSnapshot "
     "CreateSnapshotGroup DeleteAutoSnapshotPolicies DeleteDiskBackups DeleteSnapshotGroup "
     "DeleteSnapshots DescribeAutoSnapshotPolicies DescribeDedicatedClusterDiskStatistics "
     "DescribeDiskAssociatedAutoSnapshotPolicy DescribeDiskBackups DescribeDiskConfigQuota "
     "DescribeDiskStoragePool DescribeDisks DescribeInstancesDiskNum "
     "DescribeRemoteDiskConfigQuota DescribeRemoteDisks DescribeRemoteDisksDeniedActions "
     "DescribeSnapshotGroups DescribeSnapshotOverview DescribeSnapshotSharePermission "
     "DescribeSnapshots DetachDisks DetachRemoteDisks GetSnapOverview InitializeDisks "
     "InquirePriceCreateRemoteDisks InquirePriceModifyDiskBackupQuota "
     "InquirePriceModifyDiskExtraPerformance InquirePriceRenewRemoteDisks "
     "InquiryPriceCreateDisks InquiryPriceRenewDisks InquiryPriceResizeDisk "
     "ModifyAutoSnapshotPolicyAttribute ModifyDiskAttributes ModifyDiskBackupQuota "
     "ModifyDiskExtraPerformance ModifyDisksChargeType ModifyDisksRenewFlag "
     "ModifyRemoteDiskAttributes ModifySnapshotAttribute ModifySnapshotsSharePermission "
     "RenewDisk RenewRemoteDisk ResizeDisk SwitchParameterCreateRemoteDisks "
     "SwitchParameterRenewRemoteDisks TerminateDisks TerminateRemoteDisks "
     "UnbindAutoSnapshotPolicy"},
    {"tat",
     "CancelInvocation CreateCommand CreateInvoker CreateRegisterCode DeleteCommand "
     "DeleteCommands DeleteInvoker DeleteRegisterCodes DeleteRegisterInstance "
     "DescribeAutomationAgentStatus DescribeCommands DescribeInvocationTasks DescribeInvocations "
     "DescribeInvokerRecords DescribeInvokers DescribeQuotas DescribeRegions "
     "DescribeRegisterCodes DescribeRegisterInstances DescribeScenes DisableInvoker "
     "DisableRegisterCodes EnableInvoker InvokeCommand ModifyCommand ModifyInvoker "
     "ModifyRegisterInstance PreviewReplacedCommandContent RunCommand"},
    {"sts",
     "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity GetCallerIdentity "
     "GetFederationToken GetSessionToken QueryApiKey"},
    {"region", "DescribeProducts DescribeRegions DescribeZones"},
});

constexpr std::string_view products =
    "aai aca acp adp advisor af afc ags ai3d aiart alb ame ams anicloud antiddos ape api "
    "apigateway apis apm as asr asw ba batch bda bdrc bh bi billing bizlive bm bma bmeip bmlb "
    "bmvpc bpaas bri bsca btoe ca cam captcha car cat cbs ccc cdb cdc cdn cds cdwch cdwdoris "
    "cdwpg cdz cetcd cfg cfs cfw chc chdfs ciam cii cim ckafka clb cloudapp cloudaudit cloudhsm "
    "cloudmate cloudrc cloudstudio cls cme cmq cms cngw config controlcenter cpdp csip csxg "
    "ctem ctsdb cvm cwp cws cynosdb dasb dataagent databuddy dayu dbbrain dbdc dbs dc dcdb dlc "
    "dnspod domain drm ds dsgc dts eb ecc ecdn ecm eiam eis emr es ess essbasic evt facefusion "
    "faceid fmu ft fwm ga2 gaap gme goosefs gs gwlb habo hai hasim hcm hunyuan iai iap ic icr "
    "ie ig igtm ims ioa iot iotcloud iotexplorer iotvideo iotvideoindustry irp iss ivld keewidb "
    "kms lcic lighthouse live lke lkeap lowcode mall mariadb market memcached mmps mna mongodb "
    "monitor mps mqtt mrs ms msp nlp npp oceanus ocr omics organization partners portal "
    "postgres privatedns pts rce redis region rum scf securitylake ses smh smop sms soe "
    "sqlserver ssa ssl sslpod ssm sts svp taf tag tat tbaas tbp tcaplusdb tcb tcbr tccatalog "
    "tchd tcm tcr tcss tdai tdcpg tdid tdmq tdmysql tds tem teo thpc tia tiia tione tiw tke "
    "tkgdq tms tmt tokenhub tourism trabbit trocket trp trro trtc tse tsf tsi tsw tts vcg vclm "
    "vcube vdb vm vms vod vpc vrs vtc waf wav wedata weilingwith wimgs wsa wss yinsuda yunjing "
    "yunsou";

bool has_word(std::string_view words, std::string_view word) {
    const std::vector<std::string> all = split(words, ' ');
    return std::ranges::find(all, word) != all.end();
}

}  // namespace

bool is_real_action(std::string_view service, std::string_view name) {
    const auto found = std::ranges::find(services, service, &ServiceActions::service);
    return found != services.end() && has_word(found->names, name);
}

bool is_real_product(std::string_view service) {
    return has_word(products, service);
}

bool is_action_pattern(std::string_view pattern) {
    const bool is_prefix = pattern.ends_with('*');
    pattern.remove_suffix(is_prefix ? 1 : 0);
    const auto fits = [&](const std::string& name) {
        return is_prefix ? name.starts_with(pattern) : name == pattern;
    };
    return std::ranges::any_of(services, [&](const ServiceActions& service) {
        return std::ranges::any_of(split(service.names, ' '), fits);
    });
}

}  // namespace cloudsim
