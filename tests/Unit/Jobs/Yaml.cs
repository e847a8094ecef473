using Slipway.Jobs.Definitions;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Jobs;

/// <summary>Reads definitions the way that the server does, with one own step kind called "sql".</summary>
internal static class Yaml
{
    public static KindTable Sql { get; } = new("sql", scope => [
        Shapes.F("query", Shapes.TextWith(ExpressionScope.Own | scope), "The query."),
        Shapes.F("rows", Shapes.Integer(1), "Rows at most."),
        Shapes.F("script", Shapes.Reference(ReferenceUse.File), "A file with the query."),
        Shapes.F("options", Shapes.Map(Shapes.Any), "Options.")])
    {
        Required = ["query"],
        IsOwn = true,
    };

    public static JobTables Tables { get; } = new([Sql]);

    public static JobDefinition Job(string yaml, params (string Path, string Text)[] files) =>
        new DefinitionReader(Tables).ReadJob(Text(yaml, files));

    public static JobDefinition Job(DefinitionText text) => new DefinitionReader(Tables).ReadJob(text);

    /// <summary>The problems, one a line; fails the test when there are none.</summary>
    public static string Refusal(string yaml, params (string Path, string Text)[] files) => Refusal(Text(yaml, files));

    public static string Refusal(DefinitionText text)
    {
        var refusal = Assert.Throws<SlipwayException>(() => new DefinitionReader(Tables).ReadJob(text));
        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        return refusal.Message;
    }

    public static DefinitionText Text(string yaml, params (string Path, string Text)[] files) => new()
    {
        Yaml = yaml,
        Source = "job.yml",
        Open = path => files.FirstOrDefault(file => file.Path == path).Text,
    };
}
