// Workloads run on real threads: these names say so once.
global using NativeFrame = Testbed.Collector.Frame<Testbed.Sync.NativeSync>;
global using NativeGoroutine = Testbed.Collector.Goroutine<Testbed.Sync.NativeSync>;
global using NativeWorld = Testbed.Collector.World<Testbed.Sync.NativeSync>;
