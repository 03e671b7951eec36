declare const htm: {
  bind<R>(h: (...given: any[]) => R): (strings: TemplateStringsArray, ...values: unknown[]) => R;
};
export default htm;
