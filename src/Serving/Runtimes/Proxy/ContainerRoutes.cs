using System.Text.RegularExpressions;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>What a container's routes say of the protocol that its server speaks.</summary>
internal static partial class ContainerRoutes
{
    private const int MostMegabytes = 1_048_576;
    private const int LeastMegabytes = 8;

    /// <summary>Settings in which the protocol, and of a container the path and the model's name, are said.</summary>
    public static ProxySettings Read(ProxySettings proxy)
    {
        if (proxy.Container is not { } container)
            return proxy with { Protocol = proxy.Protocol ?? "oip" };
        Check(proxy, container);
        var path = container.Scoring!.Path;
        var infer = InferPath().Match(path);
        var (protocol, below) = infer.Success ? ("oip", infer.Groups["below"].Value)
            : path.EndsWith("/invocations", StringComparison.Ordinal) ? ("mlflow", path[..^"invocations".Length])
            : ("plain", path);
        var chosen = proxy.Protocol ?? protocol;
        return proxy with
        {
            Protocol = chosen,
            Url = chosen == "plain" ? path : chosen == protocol ? below : "/",
            Model = proxy.Model ?? Group(infer, "model"),
            ModelVersion = proxy.ModelVersion ?? Group(infer, "version"),
        };
    }

    private static string? Group(Match match, string name) => match.Groups[name] is { Success: true } group ? Uri.UnescapeDataString(group.Value) : null;

    private static void Check(ProxySettings proxy, ContainerSettings container)
    {
        Demand(proxy is { Url: null, Command: null, Health: null }, "proxy.container: the container's routes say where it answers; leave out proxy.url, proxy.command and proxy.health.");
        Demand(container.Image is null != container.Build is null, "proxy.container: give it an 'image', or 'build', the tree of a folder with a Dockerfile.");
        Demand(container.Scoring is not null, "proxy.container.scoring_route is missing: {\"path\":\"/score\",\"port\":8080}, where requests go.");
        foreach (var (name, route) in new[] { ("scoring", container.Scoring), ("readiness", container.Readiness), ("liveness", container.Liveness) })
        {
            Demand(route is null || RoutePath().IsMatch(route.Path ?? ""), $"proxy.container.{name}_route: the path is '{route?.Path}'; it begins with one '/' and has no blanks.");
            Demand(route is null or { Port: > 0 and <= 65_535 }, $"proxy.container.{name}_route: the port is {route?.Port}; it is from 1 to 65535.");
        }

        Demand(container.ModelMountPath is null || MountPath().IsMatch(container.ModelMountPath), $"proxy.container.model_mount_path is '{container.ModelMountPath}'; it is a path from the root, without '..'.");
        Demand(container.Processors is null or > 0 and <= 1024, $"proxy.container.cpus is {container.Processors}; it is above 0 and at most 1024.");
        Demand(container.MemoryMegabytes is null or >= LeastMegabytes and <= MostMegabytes, $"proxy.container.memory_mb is {container.MemoryMegabytes}; it is from {LeastMegabytes} to {MostMegabytes}.");
        Demand(container.Network is null || Network().IsMatch(container.Network), $"proxy.container.network is '{container.Network}'; it is a network of the engine's, such as bridge.");
    }

    private static void Demand(bool isSo, string otherwise)
    {
        if (!isSo)
            throw SlipwayException.Invalid(otherwise);
    }

    [GeneratedRegex(@"\A(?<below>/.*)?/?v2/models/(?<model>[^/]+)(/versions/(?<version>[^/]+))?/infer\z")]
    private static partial Regex InferPath();

    [GeneratedRegex(@"\A/(?!/)\S*\z")]
    private static partial Regex RoutePath();

    [GeneratedRegex(@"\A(/(?!\.\.?(/|\z))[^/\s:,]+)+/?\z")]
    private static partial Regex MountPath();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.-]*\z")]
    private static partial Regex Network();
}
