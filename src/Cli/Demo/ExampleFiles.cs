using Slipway.Kernel;

namespace Slipway.Cli.Demo;

/// <summary>Where the example and its data lie: in the checkout that this program was built in.</summary>
internal static class ExampleFiles
{
    public static string Flights { get; } = Find(
        Path.Combine("examples", "flights"), "The example's files are missing; run the demo from a checkout.");

    public static string FlightsParquet { get; } = Find(
        Path.Combine("native", "node_modules", "vega-datasets", "data", "flights-3m.parquet"),
        "The flights are not there; run 'npm ci --ignore-scripts' in native/, or start through ./slipway.");

    private static string Find(string relative, string otherwise)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, relative);
            if (Directory.Exists(path) || File.Exists(path))
                return path;
        }

        throw new SlipwayException(ErrorCode.NotFound, otherwise);
    }
}
