using Slipway.Kernel;

namespace Slipway.Tracking.Contracts.Filters;

/// <summary>A field that filters may name, and how it may be compared.</summary>
public sealed record FilterField(string Name, FilterKind Kind, FilterOperators Operators);

/// <summary>What stands before the dot: metric, tag, attribute …</summary>
/// <param name="Any">The rule for every key that is not among the fields; null when only the fields exist.</param>
/// <param name="Fields">By each spelling that is allowed.</param>
public sealed record FilterEntity(string Name, FilterField? Any, IReadOnlyDictionary<string, FilterField> Fields)
{
    /// <summary>An entity with free keys: metrics, tags.</summary>
    public static FilterEntity WithAnyKey(string name, FilterKind kind, FilterOperators operators) =>
        new(name, new FilterField("", kind, operators), new Dictionary<string, FilterField>());

    internal FilterField? Find(string key) =>
        Fields.TryGetValue(key, out var field) ? field : Any is null ? null : Any with { Name = key };
}

/// <summary>Which filters a search understands.</summary>
public sealed class FilterGrammar
{
    /// <summary>By each spelling that is allowed, in lower case: metric, metrics.</summary>
    public required IReadOnlyDictionary<string, FilterEntity> Entities { get; init; }

    /// <summary>The entity of a name without a dot.</summary>
    public required FilterEntity Bare { get; init; }

    /// <summary>Also OR, NOT, parentheses, RLIKE, numbers against texts, RFC 3339 times: more than MLflow has.</summary>
    public bool Extended { get; init; }

    /// <summary>The filter as a tree; null when it is empty and matches everything.</summary>
    public FilterNode? Parse(string? filter) =>
        string.IsNullOrWhiteSpace(filter) ? null : new FilterParser(this, filter).ParseFilter();

    /// <summary>One entry of order_by: a field, then ASC (the default) or DESC.</summary>
    public OrderTerm ParseOrder(string term) => new FilterParser(this, term).ParseOrder();

    /// <summary>All of order_by; a field that stands there twice is refused.</summary>
    public IReadOnlyList<OrderTerm> ParseOrders(IEnumerable<string> terms)
    {
        var orders = new List<OrderTerm>();
        foreach (var term in terms)
        {
            var order = ParseOrder(term);
            if (orders.Any(earlier => earlier.Entity == order.Entity && earlier.Key == order.Key))
                throw SlipwayException.Invalid($"`order_by` contains duplicate fields: '{order.Key}' stands there twice.");
            orders.Add(order);
        }

        return orders;
    }

    internal (FilterEntity Entity, FilterField Field)? Find(string? entity, string key)
    {
        if (entity is null)
            return Bare.Find(key) is { } bare ? (Bare, bare) : null;
        return Entities.TryGetValue(entity.ToLowerInvariant(), out var found) && found.Find(key) is { } field
            ? (found, field)
            : null;
    }

    internal string Explain(string? entity, string key)
    {
        if (entity is not null && !Entities.ContainsKey(entity.ToLowerInvariant()))
        {
            var known = Entities.Keys.Order(StringComparer.Ordinal);
            return $"'{entity}' is not something to search by.{Nearest.Hint(entity, Entities.Keys)} Known: {string.Join(", ", known)}";
        }

        var within = entity is null ? Bare : Entities[entity.ToLowerInvariant()];
        return $"'{key}' is not a searchable {within.Name}.{Nearest.Hint(key, within.Fields.Keys)} "
            + $"Known: {string.Join(", ", within.Fields.Keys.Order(StringComparer.Ordinal))}";
    }
}
