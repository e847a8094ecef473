using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>A condition between the fields of an object.</summary>
internal sealed class Rule(Action<YamlMap, string, Check> check)
{
    public void Check(YamlMap map, string path, Check into) => check(map, path, into);

    public static Rule ExactlyOne(params string[] fields) => new((map, path, check) =>
    {
        var given = fields.Where(field => map[field] is not null).ToList();
        if (given.Count == 0)
            check.Refuse(map, path, $"One of {string.Join(", ", fields)} is needed, and none is given.");
        else if (given.Count > 1)
            Twice(map, path, check, given);
    });

    public static Rule AtMostOne(params string[] fields) => new((map, path, check) =>
    {
        var given = fields.Where(field => map[field] is not null).ToList();
        if (given.Count > 1)
            Twice(map, path, check, given);
    });

    public static Rule AtLeastOne(params string[] fields) => new((map, path, check) =>
    {
        if (fields.All(field => map[field] is null))
            check.Refuse(map, path, $"One of {string.Join(", ", fields)} is needed, and none is given.");
    });

    /// <summary>The fields are required where another one is absent.</summary>
    public static Rule AllUnless(string other, params string[] fields) => new((map, path, check) =>
    {
        foreach (var field in fields.Where(field => map[other] is null && map[field] is null))
            check.Refuse(map, Shape.Join(path, field), "This field is required and missing.");
    });

    /// <summary>The first needs the second.</summary>
    public static Rule Needs(string field, string other) => new((map, path, check) =>
    {
        if (map[field] is not null && map[other] is null)
            check.Problems.Add(map.Find(field)!.KeyPlace, Shape.Join(path, field), $"'{field}' is of use only together with '{other}', which is missing.");
    });

    /// <summary>The first number is not above the second.</summary>
    public static Rule NotAbove(string field, string limit) => new((map, path, check) =>
    {
        if (Number(map, field) is { } value && Number(map, limit) is { } most && value > most)
            check.Refuse(map[field]!, Shape.Join(path, field), $"{map.Text(field)} is above {limit}, which is {map.Text(limit)}.");
    });

    public static double? Number(YamlMap map, string field) =>
        map.Text(field) is { } text ? YamlText.Number(text) : null;

    private static void Twice(YamlMap map, string path, Check check, List<string> given) =>
        check.Problems.Add(
            map.Find(given[1])!.KeyPlace, Shape.Join(path, given[1]), $"'{given[1]}' and '{given[0]}' exclude each other; remove one of them.");
}
