using System.Collections.Frozen;

namespace Slipway.Cli.CommandLine;

/// <summary>What is typed most often, by verb; <c>--help</c> ends with it.</summary>
internal static class VerbExamples
{
    private static readonly FrozenDictionary<string, string[]> s_ofVerbs = new Dictionary<string, string[]>
    {
        ["job create"] =
        [
            "slipway job create --file job.yml --stream",
            "slipway job create --file pipeline.yml --set inputs.rate=0.1 jobs.train.limits.timeout=600",
            "run=$(slipway job create --file job.yml --query name --output tsv)",
        ],
        ["job list"] = ["slipway job list --max-results 20", "slipway job list --query \"[?status=='Failed'].name\" --output tsv"],
        ["data create"] =
        [
            "slipway data create --name rows --path ./rows --type uri_folder",
            "slipway data create --file data.yml --version 2 --tags team=blue",
            "slipway data create --name rows --path azureml://datastores/lake/paths/rows/",
        ],
        ["data mount"] =
        [
            "slipway data mount --name rows --version 3 --mount-point ./rows",
            "slipway data mount --path azureml:rows@latest --mount-point ./rows --persistent",
        ],
        ["data unmount"] = ["slipway data unmount --mount-point ./rows"],
        ["model create"] =
        [
            "slipway model create --name churn --path ./model --type mlflow_model --stage Staging",
            "slipway model create --name churn --path azureml://jobs/JOB/outputs/model/paths/",
        ],
        ["component create"] = ["slipway component create --file components/train.yml --version 2"],
        ["environment create"] = ["slipway environment create --file env.yml"],
        ["datastore update"] =
        [
            "slipway datastore update --name lake --set credentials.account_key=\"$KEY\"",
            "slipway datastore update --name lake --add tags team=blue --remove description",
        ],
        ["schedule create"] =
        [
            "slipway schedule create --file schedule.yml",
            "slipway schedule create --file schedule.yml --set trigger.expression=\"0 6 * * *\"",
        ],
        ["schedule update"] = ["slipway schedule update --name nightly --set trigger.expression=\"0 6 * * *\" --add tags team=blue"],
        ["online-endpoint create"] = ["slipway online-endpoint create --name churn --auth-mode key", "slipway online-endpoint create --file endpoint.yml"],
        ["online-endpoint update"] = ["slipway online-endpoint update --name churn --traffic \"blue=90 green=10\""],
        ["online-deployment create"] =
        [
            "slipway online-deployment create --file deployment.yml --all-traffic",
            "slipway online-deployment create --name blue --endpoint churn --model churn@champion",
        ],
        ["online-deployment update"] =
        [
            "slipway online-deployment update --name blue --endpoint churn --set environment_variables.LEVEL=debug",
            "slipway online-deployment update --name blue --endpoint churn --model churn:4",
        ],
        ["batch-endpoint invoke"] = ["slipway batch-endpoint invoke --name scores --input azureml:rows@latest"],
        ["sql"] = ["slipway sql \"select count(*) from 'data:rows@latest'\""],
    }.ToFrozenDictionary();

    public static IReadOnlyDictionary<string, string[]> All => s_ofVerbs;
}
