using System.Xml.Linq;
using Slipway.Shared;
using Xunit;

namespace Slipway.Architecture;

public sealed class ProjectReferences
{
    // The map of the architecture, each project with the projects directly below it. A project may refer to all that it
    // can reach through this table and to nothing else.
    private static readonly Dictionary<string, string[]> s_below = new()
    {
        ["Kernel"] = [],
        ["DuckDb"] = ["Kernel"],
        ["OnnxRuntime"] = ["Kernel"],
        ["XGBoost"] = ["Kernel"],
        ["ObjectStores"] = ["Kernel"],
        ["Data"] = ["ObjectStores"],
        ["Statistics"] = ["Kernel"],
        ["Security"] = ["Data"],
        ["Lineage"] = ["Security"],
        ["Lake"] = ["Lineage", "Statistics", "DuckDb"],
        ["Tracking"] = ["Lake"],
        ["Registry"] = ["Tracking"],
        ["Jobs"] = ["Registry"],
        ["Etl"] = ["Jobs"],
        ["Training"] = ["Jobs", "OnnxRuntime", "XGBoost"],
        ["Serving"] = ["Jobs", "OnnxRuntime"],
        ["Monitoring"] = ["Serving", "XGBoost"],
        ["Server"] = ["Etl", "Training", "Monitoring"],
        ["Client"] = [],
        ["Cli"] = ["Client", "Server"],
    };

    [Fact]
    public void Every_project_has_its_place_on_the_map()
    {
        var projects = SourceTree.Under("src", ".csproj").Select(Path.GetFileNameWithoutExtension).Order();

        Assert.Equal(s_below.Keys.Order(), projects);
    }

    [Fact]
    public void Projects_refer_only_to_the_projects_below_them()
    {
        var strays = SourceTree.Under("src", ".csproj").SelectMany(file =>
        {
            var project = Path.GetFileNameWithoutExtension(file);
            var allowed = Reach(project);
            return References(file)
                .Where(reference => !allowed.Contains(reference))
                .Select(reference => $"{project} refers to {reference}; allowed: {string.Join(", ", allowed.Order())}");
        });

        Findings.None(strays);
    }

    [Fact]
    public void Only_tests_and_benchmarks_see_the_inside_of_a_project()
    {
        string[] friends = ["Slipway.Unit", "Slipway.Storage", "Slipway.Http", "Slipway.Bench"];

        var strays = SourceTree.Under("src", ".csproj").SelectMany(file => XDocument.Load(Repository.Path(file))
            .Descendants("InternalsVisibleTo")
            .Select(friend => friend.Attribute("Include")!.Value)
            .Except(friends)
            .Select(friend => $"{file} opens its inside to {friend}"));

        Findings.None(strays);
    }

    private static HashSet<string> Reach(string project)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(s_below[project]);
        while (open.TryPop(out var next))
        {
            if (reached.Add(next))
                Array.ForEach(s_below[next], open.Push);
        }

        return reached;
    }

    private static IEnumerable<string> References(string file) => XDocument.Load(Repository.Path(file))
        .Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
}
