using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.LoggedModels;

/// <summary>The params and tags of a request.</summary>
internal static class LoggedModelFields
{
    public static IReadOnlyList<KeyValue> Params(MlflowFields fields) =>
    [
        .. fields.Objects("params").Select(param =>
            RunTags.Param(param.NameOf("key"), param.Required("key"), param.Text("value") ?? "")),
    ];

    public static IReadOnlyList<KeyValue> Tags(MlflowFields fields) => RunTags.Checked(
        [.. fields.Objects("tags").Select(tag => new KeyValue(tag.Required("key"), tag.Text("value") ?? ""))]);
}
