using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway model package, share: what az does for clouds. Both are refused with what does the same here, as scripts of az call them.</summary>
internal static class ModelElsewhere
{
    public static Command Package() => Refuse(
        "package",
        "Not made here: endpoints serve a model as it is, and slipway serve answers for one on any machine.",
        "Models are not packed into images here: slipway online-deployment create serves one as it is, and slipway serve runs it as a process of its own on any machine.",
        new Option<string?>("--file", "-f") { Hidden = true });

    public static Command Share() => Refuse(
        "share",
        "Not needed within a server, which has one registry for each workspace; between workspaces a model is downloaded and created.",
        "There is no registry beside the workspaces to share with; to take a model to another workspace: slipway model download, then slipway model create --workspace-name OTHER.",
        new Option<string?>("--share-with-name") { Hidden = true },
        new Option<string?>("--share-with-version") { Hidden = true });

    private static Command Refuse(string verb, string description, string sentence, params Option[] more)
    {
        var (name, version) = ModelVersions.Version();
        name.Required = false;
        return ApiVerb.Create(verb, description, [name, version, .. more], (_, _, _, _) => throw SlipwayException.Invalid(sentence));
    }
}
