using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Mounts;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway data mount and unmount: a version as a folder, of whose files only what is read is fetched.</summary>
internal static class DataMount
{
    public static Command Mount()
    {
        var name = new Option<string?>("--name", "-n") { Description = "The asset's name." };
        var version = new Option<string?>("--version", "-v", "--label", "-l") { Description = "A version, or a label. Default: latest." };
        var path = new Option<string?>("--path") { Description = "azureml:NAME:VERSION or azureml:NAME@LABEL, in place of --name and --version." };
        var folder = new Option<string?>("--mount-point") { Description = "An empty folder, made when there is none. Default: the asset's name." };
        var mode = new Option<string>("--mode") { Description = "ro_mount, the only one: versions do not change.", DefaultValueFactory = _ => "ro_mount" };
        var persistent = new Option<bool>("--persistent")
        {
            Description = "Return when it is mounted; it stays until slipway data unmount, or until the machine restarts. Else Ctrl-C ends it.",
        };
        return ApiVerb.Create(
            "mount",
            "Show the files of a version in a folder, read-only. They are fetched from the server as they are read. Linux, as root or with fusermount3.",
            [name, version, path, folder, mode, persistent],
            async (client, parsed, format, ct) =>
            {
                if (parsed.GetValue(mode) != "ro_mount")
                    throw SlipwayException.Invalid($"--mode: '{parsed.GetValue(mode)}' is not how versions are mounted; write ro_mount. {MountPoint.Instead}");
                var (asset, number) = Asked(parsed.GetValue(name), parsed.GetValue(version), parsed.GetValue(path));
                var found = await client.GetAsync($"api/v1/data/{Uri.EscapeDataString(asset)}/versions/{Uri.EscapeDataString(number)}", ct);
                var mounted = await MountedVersion.FindAsync(client, found, format.Error, ct);
                var point = MountPoint.At(parsed.GetValue(folder) ?? asset);
                void Show() => Printer.Show(
                    new JsonObject { ["mount_point"] = point.Folder, ["path"] = mounted.Source, ["mode"] = "ro_mount", ["files"] = mounted.Files }, format);

                if (parsed.GetValue(persistent))
                {
                    await StayingMount.StartAsync(Again(client, mounted.Source, point), ct);
                    Show();
                }
                else
                {
                    await mounted.RunAsync(point, Show, ct);
                }

                return 0;
            });
    }

    public static Command Unmount()
    {
        var folder = new Option<string>("--mount-point") { Description = "The folder.", Required = true };
        return ApiVerb.Create(
            "unmount", "End a mount, also one whose process was killed. One that is in use is not ended.", [folder],
            (_, parsed, _, _) =>
            {
                MountPoint.Of(parsed.GetValue(folder)!).Unmount(whileInUse: false);
                return Task.FromResult(0);
            });
    }

    private static (string Name, string Version) Asked(string? name, string? version, string? path)
    {
        if (name is null == path is null)
            throw SlipwayException.Invalid("Name a version by --name and --version, or by --path azureml:NAME:VERSION.");
        if (name is not null)
            return (name, version ?? "latest");
        if (version is not null)
            throw SlipwayException.Invalid("--version: the version stands in --path already, azureml:NAME:VERSION.");
        if (path!.Contains("//", StringComparison.Ordinal))
            throw SlipwayException.Invalid($"--path: only versions are mounted, azureml:NAME:VERSION; slipway data create --path '{path}' makes one.");
        return DataTableCommands.Reference(path);
    }

    private static string[] Again(SlipwayClient client, string source, MountPoint point) =>
        ["data", "mount", "--path", source, "--mount-point", point.Folder, "--server", client.Server.ToString(), "--workspace-name", client.Workspace];
}
