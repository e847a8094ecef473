using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Slipway.Data;

/// <summary>When contents are collected, and what of them is kept how long.</summary>
public sealed record CollectionOptions
{
    public const string Section = "Collection";

    /// <summary>
    /// How long a content stays after it was first found without a reference. No operation may take longer than this
    /// from the moment it stores a content, or learns that it is there, to the commit of the record that refers to it.
    /// </summary>
    [Range(1, 8760)]
    public int GraceHours { get; init; } = 24;

    /// <summary>How often a server collects by itself; 0: only when it is asked to.</summary>
    [Range(0, 8760)]
    public int EveryHours { get; init; }

    /// <summary>Results of steps that were not taken over for so long are forgotten; 0: never.</summary>
    [Range(0, 36500)]
    public int StepCacheDays { get; init; } = 90;

    /// <summary>Artifacts of deleted runs can be had back for so long; 0: for ever.</summary>
    [Range(0, 36500)]
    public int DeletedRunDays { get; init; } = 30;

    /// <summary>Uploads in parts that were not finished for so long are given up; 0: never.</summary>
    [Range(0, 36500)]
    public int UnfinishedUploadDays { get; init; } = 7;

    public RetentionRules Rules => new(StepCacheDays, DeletedRunDays, UnfinishedUploadDays);
}

/// <summary>How many days records keep their contents; 0: for ever.</summary>
public sealed record RetentionRules(int StepCacheDays, int DeletedRunDays, int UnfinishedUploadDays)
{
    /// <summary>Nothing is ever too old.</summary>
    public static RetentionRules None { get; } = new(0, 0, 0);

    /// <summary>What is older than this is over; null: nothing is.</summary>
    public static long? Before(long now, int days) => days == 0 ? null : now - (days * 86_400_000L);
}

[OptionsValidator]
internal sealed partial class CollectionOptionsValidator : IValidateOptions<CollectionOptions>;
