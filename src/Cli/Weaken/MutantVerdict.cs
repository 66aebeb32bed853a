namespace Testbed.Cli.Weaken;

/// <summary>What became of a mutant.</summary>
internal enum MutantVerdict
{
    /// <summary>A hunt found a failure.</summary>
    Killed,

    /// <summary>No hunt found a failure in time.</summary>
    Survived,

    /// <summary>No scenario comes to its operation: it survived without a hunt.</summary>
    Unreached,

    /// <summary>The collector does not compile with it: it tells nothing.</summary>
    NotCompilable,
}
