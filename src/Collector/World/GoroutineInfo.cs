namespace Testbed.Collector;

/// <summary>A goroutine as an observer saw it.</summary>
/// <param name="Id">Its number, from 1.</param>
/// <param name="Status">What it did: "runnable", "running", "syscall" or "waiting".</param>
public readonly record struct GoroutineInfo(long Id, string Status);
